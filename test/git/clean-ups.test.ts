import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ErrorKind, KittyError } from '../../src/core/errors/kitty-error.js'
import { ATTRIBUTES } from '../../src/core/services/initialize.js'
import { inProcess } from '../support/session.js'
import { Clone, noteDraft } from './support/clone.js'
import { tempFolder } from '../support/temp-folder.js'
import { Recovery } from '../../src/core/store/recovery.js'
import { IndexHealth } from '../../src/core/index/index-health.js'
import { Notices } from '../../src/core/errors/notices.js'

/** Two committed events, one of another clone's among them, and one that is not committed. */
async function repository(): Promise<{ clone: Clone; ids: string[]; own: string[] }> {
  const clone = Clone.create(tempFolder(), ATTRIBUTES.join('\n'))
  clone.write('code/part.txt', 'code\n')
  const elsewhere = Clone.create(tempFolder(), '')
  const foreign = await elsewhere.emit(1)
  const own = await clone.emit(1)
  clone.write(
    '.kittify/events/2026-11-22.jsonl',
    [...elsewhere.rawLines(), ...clone.rawLines(), ''].join('\n'),
  )
  clone.commit()
  own.push(...(await clone.emit(1)))
  return { clone, ids: [...foreign, ...own].sort(), own: own.sort() }
}

describe('git’s clean-ups take no event away', () => {
  it.each([
    ['clean -fdx', ['clean', '-fdx']],
    ['stash --all', ['stash', '--all', '--quiet']],
    ['reset --hard', ['reset', '--quiet', '--hard']],
    ['restore', ['restore', '.']],
    ['clean -fdx of a log that was never committed', ['clean', '-fdx']],
    ['a sparse checkout without the log', ['sparse-checkout', 'set', 'code']],
  ])('%s', async (name, verb) => {
    const { clone, ids, own } = await repository()
    if (verb[0] === 'sparse-checkout') clone.commit()
    if (name.includes('never')) clone.git('rm', '-r', '--quiet', '--cached', '.kittify')
    if (name.includes('never')) clone.git('commit', '--quiet', '--message', 'without it')
    clone.git(...verb)
    const expected = name.includes('never') ? own : ids
    expect((await clone.ids()).sort()).toEqual(expected)
    expected.push(...(await clone.emit(1)))
    expect((await clone.ids()).sort()).toEqual(expected.sort())
    expect(clone.warnings.join()).not.toContain('read directly')
  })

  it('a log that is deleted by hand loses no event, no matter which program stored it', async () => {
    const { clone, ids } = await repository()
    rmSync(clone.day)
    expect((await clone.ids()).sort()).toEqual(ids)
    expect(clone.warnings.join()).toContain(`Restored ${ids.length} event`)
  })

  it('a log that is deleted with git loses no event, from the moment that is committed', async () => {
    const { clone, own } = await repository()
    clone.commit()
    clone.git('rm', '--quiet', '-r', '.kittify/events')
    await clone.ids()
    clone.commit('deleted')
    expect((await clone.ids()).sort()).toEqual(own)
  })

  it('a checkout that could not write the log loses no event, even when the journal no longer has it', async () => {
    const { clone, ids } = await repository()
    clone.commit()
    clone.git('switch', '--quiet', '--create', 'other')
    ids.push(...(await clone.emit(2)))
    clone.commit()
    clone.git('switch', '--quiet', 'main')
    await clone.settle()
    const ofMain = readFileSync(clone.day)
    clone.git('switch', '--quiet', 'other')
    rmSync(join(clone.root, '.git', 'kitty', 'journal.jsonl'))
    writeFileSync(clone.day, ofMain)
    expect((await clone.ids()).sort()).toEqual(ids.sort())
    expect(clone.committedLines().sort()).toEqual(clone.rawLines().sort())
  })

  it('an event that is in another file is not put back, however often it is looked for', async () => {
    const { clone, ids } = await repository()
    clone.commit()
    renameSync(clone.day, join(clone.events, '2026-11-21.jsonl'))
    const lines = clone.rawLines()
    for (let round = 0; round < 3; round += 1) {
      rmSync(join(clone.events, 'index.db'), { force: true })
      await clone.settle()
      expect((await clone.ids()).sort()).toEqual(ids)
    }
    expect(clone.rawLines()).toEqual(lines)
    expect(clone.warnings.join()).not.toContain('Restored')
  })

  it('a log in files of its writers is put back once, though its commits go on', async () => {
    const { clone } = await repository()
    clone.write('.kittify/config.json', '{"log": {"files": "per-writer"}}')
    clone.commit()
    clone.git('switch', '--quiet', '--create', 'other')
    await clone.emit(1)
    clone.commit()
    clone.git('switch', '--quiet', 'main')
    const lines = clone.rawLines().sort()
    for (const file of clone.dayFiles()) rmSync(join(clone.events, file))
    for (let round = 0; round < 3; round += 1) {
      await clone.ids()
      expect(clone.rawLines().sort()).toEqual(lines)
      clone.git('commit', '--quiet', '--allow-empty', '--message', `${round}`)
    }
  })

  it.each(['--skip-worktree', '--assume-unchanged'])(
    'a log deleted by hand that git was told to overlook with %s loses no event',
    async (flag) => {
      const { clone, ids } = await repository()
      clone.commit()
      clone.git('update-index', flag, '.kittify/events/2026-11-22.jsonl')
      rmSync(clone.day)
      expect((await clone.ids()).sort()).toEqual(ids)
    },
  )

  it('a read leaves a log in disorder as it is, when nothing was taken out of it', async () => {
    const { clone } = await leftToBranch()
    const [first = '', ...others] = clone.rawLines()
    writeFileSync(clone.day, [...others, first, ''].join('\n'))
    clone.commit()
    clone.git('branch', 'changed')
    const before = readFileSync(clone.day)
    await clone.ids()
    expect(readFileSync(clone.day).equals(before)).toBe(true)
    await clone.settle()
    const clocks = clone.rawLines().map((line) => Number(/"lamport_clock":(\d+)/.exec(line)?.[1]))
    expect(clocks).toEqual([...clocks].sort((a, b) => a - b))
  })

  it('where nothing can be written the log is read as it is, with a warning', async () => {
    const { clone } = await repository()
    clone.commit()
    rmSync(clone.day)
    const { store, service } = await inProcess({ cwd: clone.root })
    const recovery = await service(Recovery)
    const index = await (await service(IndexHealth)).current()
    const refuse = (kind: ErrorKind) => () => Promise.reject(new KittyError(kind, 'the disk says no'))
    await recovery.beforeRead(index, refuse('NotWritable'))
    expect((await service(Notices)).all.join()).toMatch(/Could not find out .* the disk says no/)
    await expect(recovery.beforeRead(index, refuse('LockTimeout'))).rejects.toThrow('the disk says no')
    await store.close()
  })

  it('no event is taken for deleted while git is writing', async () => {
    const { clone, ids } = await repository()
    clone.commit()
    rmSync(join(clone.root, '.git', 'kitty', 'journal.jsonl'))
    rmSync(clone.day)
    const lock = join(clone.root, '.git', 'index.lock')
    writeFileSync(lock, '')
    expect(await clone.ids()).toEqual([])
    rmSync(lock)
    expect((await clone.ids()).sort()).toEqual(ids)
  })

  it('a journal that has grown, and keeps only the youngest committed events, loses no event', async () => {
    const { clone } = await repository()
    const journal = join(clone.root, '.git', 'kitty', 'journal.jsonl')
    await clone.emitAll(Array.from({ length: 80 }, () => noteDraft('a long note '.repeat(400))))
    clone.commit()
    const [youngest] = await clone.emit(1)
    clone.commit()
    await clone.settle()
    expect(statSync(journal).size).toBeGreaterThan(100 * 1024)
    expect(statSync(journal).size).toBeLessThan(130 * 1024)
    clone.git('reset', '--quiet', '--hard', 'HEAD~1')
    expect(await clone.ids()).toContain(youngest)
  })

  /** Committed on another branch, and so not here. */
  async function leftToBranch(): Promise<{ clone: Clone; id: string | undefined }> {
    const { clone } = await repository()
    clone.commit()
    clone.git('switch', '--quiet', '--create', 'other')
    const [id] = await clone.emit(1)
    clone.commit()
    clone.git('switch', '--quiet', 'main')
    expect(await clone.ids()).not.toContain(id)
    return { clone, id }
  }

  it.each([
    ['is deleted', 'branch -D other'],
    ['is deleted, having been packed with others', 'pack-refs --all', 'branch -D other'],
    ['goes back', 'branch --force other HEAD'],
    ['is merged, and nothing of it taken', 'merge --quiet --no-edit --strategy=ours other'],
  ])('a branch that is the only one with an event, and %s, loses no event', async (_, ...verbs) => {
    const { clone, id } = await leftToBranch()
    for (const verb of verbs) clone.git(...verb.split(' '))
    expect(await clone.ids()).toContain(id)
    expect(clone.warnings.join()).toContain('Restored 1 event that git removed')
  })

  it('while another branch has an event, no commit here brings it over', async () => {
    const { clone, id } = await leftToBranch()
    const others = await clone.emit(1)
    clone.commit()
    expect(await clone.ids()).not.toContain(id)
    clone.git('switch', '--quiet', 'other')
    expect(await clone.ids()).toContain(id)
    expect(await clone.ids()).not.toContain(others[0])
  })

  it('a lock of git’s on its index keeps no event waiting', async () => {
    const { clone, ids } = await repository()
    writeFileSync(join(clone.root, '.git', 'index.lock'), '')
    ids.push(...(await clone.emit(1)))
    expect((await clone.ids()).sort()).toEqual(ids.sort())
  })
})
