import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FileArchive } from '../../src/core/log/archive/archive.js'
import type { RawLine } from '../../src/core/log/event-log.js'
import { FileJournal } from '../../src/core/log/repair/file-journal.js'
import { ArchiveCare } from '../../src/core/services/events/archive-care.js'
import { ATTRIBUTES } from '../../src/core/services/initialize.js'
import { NewLog } from '../../src/core/services/events/new-log.js'
import { RestoreEvents } from '../../src/core/services/events/restore-events.js'
import { spread } from '../faults/support/spread.js'
import { canCountSteps, killingGitAt, listingSteps, stepsIn } from '../support/git-steps.js'
import { inProcess } from '../support/session.js'
import { commitLog, kitty, project } from '../support/kitty.js'
import { Clone, idIn } from './support/clone.js'
import { tempFolder } from '../support/temp-folder.js'
import { deleteIndex } from './support/large.js'

/** Kills git at every step that concerns the log, with npm run test:large. */
const IS_FULL = process.env['KITTY_LARGE'] === 'full'

/** A clone that wrote, and one that only pulled: two commits of three events each. */
async function pulled(): Promise<{ origin: Clone; clone: Clone; ids: string[] }> {
  const folder = tempFolder()
  const origin = Clone.create(join(folder, 'origin'), ATTRIBUTES.join('\n'))
  const ids = await origin.emit(3)
  origin.commit('one')
  origin.git('clone', '--quiet', origin.root, join(folder, 'clone'))
  const clone = new Clone(join(folder, 'clone'))
  await clone.ids()
  ids.push(...(await origin.emit(3)))
  origin.commit('two')
  clone.git('pull', '--quiet')
  expect((await clone.ids()).sort()).toEqual(ids.sort())
  return { origin, clone, ids }
}

describe('a clone that only pulled', () => {
  it.each<[string, (clone: Clone) => void]>([
    ['restore', (clone) => (rmSync(clone.day), clone.git('restore', '.'))],
    [
      'restore of an older state of the work tree',
      (clone) => clone.git('restore', '--source=HEAD~1', '--worktree', '.kittify/events'),
    ],
    ['stash', (clone) => (writeFileSync(clone.day, ''), clone.git('stash', '--quiet'))],
    [
      'reset --hard to where it stands',
      (clone) => (rmSync(clone.day), clone.git('reset', '--quiet', '--hard')),
    ],
  ])('has everything back after %s', async (_, verb) => {
    for (const isIndexDeleted of [false, true]) {
      const { clone, ids } = await pulled()
      verb(clone)
      if (isIndexDeleted) deleteIndex(clone)
      expect((await clone.ids()).sort()).toEqual(ids)
    }
  })

  it.skipIf(!canCountSteps())(
    'has everything back after a checkout that was killed at any step',
    async () => {
      const checkout = ['checkout', '--quiet', 'HEAD~1']
      const steps = { verb: 'checkout', list: join(tempFolder(), 'steps') }
      const sample = await pulled()
      sample.clone.gitWith(listingSteps(steps), ...checkout)
      const onLog = stepsIn(steps.list).flatMap((step, at) =>
        /\.kittify|index|HEAD/.test(step) ? [at + 1] : [],
      )
      expect(onLog.length).toBeGreaterThan(5)
      for (const step of IS_FULL ? onLog : spread(onLog, 4)) {
        const { clone, ids } = await pulled()
        const tip = clone.head()
        expect(() => clone.gitWith(killingGitAt(step, 'git', steps), ...checkout)).toThrow()
        // While its lock is there, git counts as being at work.
        await clone.ids()
        for (const lock of ['index.lock', 'HEAD.lock'])
          rmSync(join(clone.root, '.git', lock), { force: true })
        // Once git has moved HEAD, the second commit's events are on another branch. Before that, once it has replaced
        // its index, their removal is staged, as a person may stage it.
        const isStaged = clone.git('diff', '--cached', '--name-only') !== ''
        const expected = clone.head() === tip && !isStaged ? ids : ids.slice(0, 3)
        if (step % 2 === 0) deleteIndex(clone)
        expect((await clone.ids()).sort(), stepsIn(steps.list).at(-1)).toEqual(expected)
        clone.git('checkout', '--quiet', '--force', 'main')
        expect((await clone.ids()).sort()).toEqual(ids)
      }
    },
  )

  it('names once what left with a reset, and brings it back when it is asked to, for good', async () => {
    const { clone, ids } = await pulled()
    const tip = clone.head()
    clone.git('reset', '--quiet', '--hard', 'HEAD~1')
    expect(await clone.ids()).toHaveLength(3)
    deleteIndex(clone)
    expect(await clone.ids()).toHaveLength(3)
    const named = clone.warnings.filter((warning) => warning.includes('left with'))
    expect(named).toEqual([
      `3 events by ada left with ${tip.slice(0, 12)} (reset: moving to HEAD~1). To bring them back: kitty agent events restore --from ${tip.slice(0, 12)}`,
    ])
    const { service, store } = await inProcess({ cwd: clone.root })
    expect(await (await service(RestoreEvents)).restore('HEAD@{1}')).toEqual({ commit: tip, restored: 3 })
    expect(await (await service(RestoreEvents)).restore(tip)).toMatchObject({ restored: 0 })
    await store.close()
    expect((await clone.ids()).sort()).toEqual(ids)
    clone.git('reset', '--quiet', '--hard')
    expect((await clone.ids()).sort()).toEqual(ids)
    expect(clone.warnings.filter((warning) => warning.includes('left with'))).toHaveLength(1)
  })

  it('gets an event that several files of a commit have back once', async () => {
    const { origin, clone, ids } = await pulled()
    const text = readFileSync(origin.day)
    origin.git('switch', '--quiet', '--create', 'copied')
    for (const [writer, more] of [
      ['aa', '\n'],
      ['bb', '\n\n'],
    ])
      writeFileSync(origin.day.replace(/jsonl$/, `${writer}.jsonl`), `${text.toString()}${more}`)
    origin.commit('copies')
    clone.git('fetch', '--quiet', 'origin', 'copied:copied')
    clone.git('reset', '--quiet', '--hard', 'HEAD~1')
    const { service, store } = await inProcess({ cwd: clone.root })
    expect(await (await service(RestoreEvents)).restore('copied')).toMatchObject({ restored: 3 })
    await store.close()
    expect((await clone.ids()).sort()).toEqual(ids)
    expect(readFileSync(clone.day, 'utf8').trimEnd().split('\n')).toHaveLength(6)
  })

  it('names what left with a revert', async () => {
    const { clone } = await pulled()
    clone.git('revert', '--no-edit', 'HEAD')
    expect(await clone.ids()).toHaveLength(3)
    expect(clone.warnings.join()).toMatch(/3 events by ada left with [0-9a-f]{12} \(revert: /)
  })

  it('gets nothing back of a branch that was only looked at, and is deleted', async () => {
    const { origin, clone, ids } = await pulled()
    origin.git('switch', '--quiet', '--create', 'pr1')
    await origin.emit(2)
    origin.commit('pr1')
    clone.git('fetch', '--quiet')
    clone.git('switch', '--quiet', 'pr1')
    expect(await clone.ids()).toHaveLength(8)
    clone.git('switch', '--quiet', 'main')
    clone.git('branch', '--quiet', '-D', 'pr1')
    for (const isIndexDeleted of [false, true]) {
      if (isIndexDeleted) deleteIndex(clone)
      expect((await clone.ids()).sort()).toEqual(ids)
    }
    expect(clone.warnings.join()).not.toContain('left with')
  })
})

describe('a redacted event stays away', () => {
  /** A repository whose second event was redacted: the stub in log, journal and archive, the full line elsewhere. */
  async function redacted(): Promise<{ clone: Clone; ids: string[]; full: string; stub: string }> {
    const clone = Clone.create(tempFolder(), ATTRIBUTES.join('\n'))
    const ids = await clone.emit(3)
    clone.commit('with the full line')
    clone.git('branch', 'other')
    const [first = '', full = '', third = ''] = clone.rawLines()
    const stub = JSON.stringify({
      ...(JSON.parse(full) as object),
      payload: { feature_slug: '001-login', redacted: 'a token' },
    })
    writeFileSync(clone.day, [first, stub, third, ''].join('\n'))
    const journal = new FileJournal(join(clone.root, '.git', 'kitty', 'journal.jsonl'))
    const archive = new FileArchive(join(clone.root, '.git', 'kitty', 'events'))
    const change = (line: RawLine): RawLine =>
      line.event_id === idIn(full) ? { ...line, bytes: Buffer.from(`${stub}\n`) } : line
    await archive.add(journal.read().lines.map(change), '2026-11-22')
    journal.rewrite(journal.read().lines.map(change))
    clone.commit('redacted')
    return { clone, ids, full, stub }
  }

  it.each<[string, (clone: Clone) => void]>([
    ['nothing', () => undefined],
    [
      'reset to before, with the full line in the commit',
      (clone) => clone.git('reset', '--quiet', '--hard', 'HEAD~1'),
    ],
    [
      'reset to before any event, and the branch with the full line deleted',
      (clone) => (
        clone.git('reset', '--quiet', '--hard', 'HEAD~2'),
        clone.git('branch', '--quiet', '-D', 'other')
      ),
    ],
    ['a branch with the full line deleted', (clone) => clone.git('branch', '--quiet', '-D', 'other')],
    ['stash', (clone) => (rmSync(clone.day), clone.git('stash', '--quiet'))],
  ])('after %s', async (name, verb) => {
    for (const isIndexDeleted of [false, true]) {
      const { clone, ids, full, stub } = await redacted()
      verb(clone)
      if (isIndexDeleted) deleteIndex(clone)
      await clone.settle()
      // Where a commit itself holds the full line, git has put it there.
      const isGits = name.startsWith('reset to before, with')
      expect(clone.rawLines().map(idIn).sort()).toEqual(ids)
      if (!isGits) expect(clone.rawLines()).toContain(stub)
      if (!isGits) expect(clone.rawLines()).not.toContain(full)
    }
  })
})

describe('a new log', () => {
  it('brings nothing back that was stored before, and keeps it all', async () => {
    const clone = Clone.create(tempFolder(), ATTRIBUTES.join('\n'))
    const old = await clone.emit(3)
    clone.commit()
    const { service, store } = await inProcess({ cwd: clone.root })
    const result = await (await service(NewLog)).begin('copied from a template')
    await store.close()
    expect(result.closed).toBe(3)
    expect(await clone.ids()).toEqual([])
    const [first] = await clone.emit(1)
    clone.commit('a new log')
    for (const verb of [
      ['reset', '--quiet', '--hard', 'HEAD~1'],
      ['stash', '--quiet'],
    ]) {
      clone.git(...verb)
      deleteIndex(clone)
      expect(await clone.ids()).toContain(first)
    }
    expect(old).toHaveLength(3)
  })

  it('lets no event back while its removal is not committed', async () => {
    const clone = Clone.create(tempFolder(), ATTRIBUTES.join('\n'))
    await clone.emit(3)
    clone.commit()
    const { service, store } = await inProcess({ cwd: clone.root })
    await (await service(NewLog)).begin('copied from a template')
    await store.close()
    for (let round = 0; round < 2; round += 1) {
      deleteIndex(clone)
      await clone.settle()
      expect(await clone.ids()).toEqual([])
    }
  })

  it('is no damage while its removal is not committed, and --fix brings nothing back', async () => {
    const root = await project()
    commitLog(root)
    const began = await kitty(root, ['init', '--new-log', '--reason', 'copied from a template'])
    expect(began.code, began.stderr).toBe(0)
    for (const command of [['doctor'], ['doctor', '--fix'], ['agent', 'events', 'verify']]) {
      const { stdout } = await kitty(root, command)
      expect(stdout, command.join(' ')).not.toMatch(
        /acknowledged and|events that HEAD has|not_in_log|puts back/,
      )
    }
    expect((await kitty(root, ['agent', 'events', 'list', '--json'])).json()).toMatchObject({ events: [] })
  })
})

describe('pruning the archive', () => {
  it('takes out what HEAD has, and what no branch has only when it is told to', async () => {
    const clone = Clone.create(tempFolder(), ATTRIBUTES.join('\n'))
    const kept = await clone.emit(2)
    clone.commit()
    const lost = await clone.emit(2)
    const archive = new FileArchive(join(clone.root, '.git', 'kitty', 'events'))
    const journal = new FileJournal(join(clone.root, '.git', 'kitty', 'journal.jsonl'))
    await archive.add(journal.read().lines, '2026-11-22')
    const ids = async (): Promise<string[]> => {
      const found: string[] = []
      for await (const ofDay of archive.ids()) found.push(...ofDay)
      return found
    }
    expect(await ids()).toEqual([...kept, ...lost].sort())
    const { service, store } = await inProcess({ cwd: clone.root })
    const care = await service(ArchiveCare)
    expect(await care.prune('2026-11-22', false)).toMatchObject({ pruned: 0 })
    expect(await care.prune('2026-11-23', false)).toMatchObject({ pruned: 2 })
    expect(await ids()).toEqual([...lost].sort())
    expect(await care.prune('2026-11-23', true)).toEqual({ pruned: 2, days: [] })
    for (const none of ['soon', '2026-02-31'])
      await expect(care.prune(none, false)).rejects.toMatchObject({ kind: 'UsageError' })
    await store.close()
  })
})
