import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { Doctor } from '../../src/core/services/doctor/doctor.js'
import { kittyIn } from '../support/kitty.js'
import { Clone, idIn } from './support/clone.js'
import { tempFolder } from '../support/temp-folder.js'
import { Random } from '../support/random.js'

const PER_WRITER = '{"log": {"files": "per-writer"}}\n'

let folder: string
beforeEach(() => {
  folder = tempFolder()
})

/** A repository with per-writer files, and not one attribute. */
function perWriter(name = 'one'): Clone {
  const clone = Clone.create(join(folder, name), '')
  clone.write('.kittify/config.json', PER_WRITER)
  clone.commit('settings')
  return clone
}

function cloneOf(other: Clone, name: string): Clone {
  other.git('clone', '--quiet', other.root, join(folder, name))
  mkdirSync(join(folder, name, '.kittify', 'events'), { recursive: true })
  return new Clone(join(folder, name))
}

async function add(clone: Clone, count = 1): Promise<string[]> {
  const ids = await clone.emit(count)
  clone.commit()
  return ids
}

async function expectLog(clone: Clone, ids: readonly string[]): Promise<void> {
  expect((await clone.ids()).sort()).toEqual([...ids].sort())
  expect([...new Set(clone.rawLines().map(idIn))].sort()).toEqual([...ids].sort())
  expect(await clone.run((store) => store.problems())).toEqual([])
}

describe('per-writer files', () => {
  it('are named by day and clone, and the other form is read along with them', async () => {
    const clone = Clone.create(join(folder, 'one'), '')
    const before = await add(clone)
    clone.write('.kittify/config.json', PER_WRITER)
    const after = await clone.emit(2)
    after.push(...(await clone.emit(1)))
    const own = clone.dayFiles().filter((file) => file !== '2026-11-22.jsonl')
    expect(own).toEqual([expect.stringMatching(/^2026-11-22\.[0-9a-z]{8}\.jsonl$/)])
    await expectLog(clone, [...before, ...after])
  })

  it('start a new file where HEAD has moved, so that no commit changes a file of an earlier one', async () => {
    const clone = perWriter()
    for (let at = 0; at < 3; at += 1) await add(clone)
    expect(clone.dayFiles()).toHaveLength(3)
    expect(clone.git('log', '--diff-filter=M', '--name-only', '--format=')).toBe('')
  })

  it('of two clones have two names; of a copy, git’s directory and all, a third one', async () => {
    const one = perWriter()
    const first = await add(one)
    cpSync(one.root, join(folder, 'copy'), { recursive: true })
    const copy = new Clone(join(folder, 'copy'))
    const two = cloneOf(one, 'two')
    const ids = [...first, ...(await add(one)), ...(await add(copy)), ...(await add(two))]
    for (const other of [copy, two])
      one.git('pull', '--quiet', '--no-rebase', '--no-edit', other.root, 'main')
    const writers = new Set(one.dayFiles().map((file) => file.split(/[.-]/)[3]))
    expect(writers.size).toBe(3)
    await expectLog(one, ids)
  })

  it('take a line that git took away into a file of its own', async () => {
    const clone = perWriter()
    const ids = await clone.emit(1)
    clone.git('add', '--all')
    clone.git('stash', '--quiet')
    await expectLog(clone, ids)
    clone.git('stash', 'pop', '--quiet')
    expect(await clone.ids()).toEqual(ids)
    expect(clone.dayFiles()).toHaveLength(2)
  })

  it('of which two have one event, after a stash, keep one copy of it when doctor repairs them', async () => {
    const clone = perWriter()
    const ids = await clone.emit(2)
    clone.git('add', '--all')
    clone.git('stash', '--quiet')
    ids.push(...(await clone.emit(1)))
    clone.git('stash', 'pop', '--quiet')
    const twice = { kind: 'duplicate_elsewhere' }
    expect(await clone.run((store) => store.problems())).toMatchObject([twice, twice])
    await (await kittyIn(clone.root).resolve(Doctor)).examine(true)
    await expectLog(clone, ids)
    expect(clone.rawLines()).toHaveLength(ids.length)
    clone.commit()
    ids.push(...(await clone.emit(1)))
    await expectLog(clone, ids)
    expect(clone.rawLines()).toHaveLength(ids.length)
  })

  it('are not written under settings that kitty cannot read', async () => {
    const clone = perWriter()
    writeFileSync(join(clone.root, '.kittify', 'config.json'), '{"log": {"files": "weekly"}}')
    await expect(clone.emit(1)).rejects.toMatchObject({
      kind: 'BadConfig',
      message: expect.stringContaining('log.files') as string,
    })
    expect(clone.dayFiles()).toEqual([])
  })
})

describe('git alone, with no driver and no attribute, never conflicts over per-writer files', () => {
  /** Two branches of one clone, and a second clone, have all added events on one day. */
  async function diverged(): Promise<{ clone: Clone; ids: string[] }> {
    const clone = perWriter()
    const ids = await add(clone)
    clone.git('switch', '--quiet', '--create', 'theirs')
    ids.push(...(await add(clone, 2)), ...(await add(clone)))
    const elsewhere = cloneOf(clone, 'two')
    ids.push(...(await add(elsewhere)))
    clone.git('pull', '--quiet', '--ff-only', elsewhere.root, 'theirs')
    clone.git('switch', '--quiet', 'main')
    ids.push(...(await add(clone)), ...(await add(clone)))
    return { clone, ids }
  }

  it.each([
    ['merge', ['merge', '--quiet', '--no-edit', 'theirs']],
    ['squash', ['merge', '--quiet', '--squash', 'theirs']],
    ['rebase', ['rebase', '--quiet', 'theirs']],
    ['cherry-pick', ['cherry-pick', 'main..theirs']],
    ['cherry-pick, newest first', ['cherry-pick', 'theirs', 'theirs~1', 'theirs~2']],
  ])('%s', async (_, verb) => {
    const { clone, ids } = await diverged()
    clone.git(...verb)
    await expectLog(clone, ids)
  })

  it('squash, then a merge of what the branch did since', async () => {
    const { clone, ids } = await diverged()
    clone.git('merge', '--quiet', '--squash', 'theirs')
    clone.commit('squashed')
    clone.git('switch', '--quiet', 'theirs')
    ids.push(...(await add(clone)))
    clone.git('switch', '--quiet', 'main')
    clone.git('merge', '--quiet', '--no-edit', 'theirs')
    await expectLog(clone, ids)
  })

  it('revert of any commit, newest or not; what it took away comes back', async () => {
    const clone = perWriter()
    const ids = [...(await add(clone)), ...(await add(clone)), ...(await add(clone))]
    clone.git('revert', '--no-edit', 'HEAD~1')
    clone.git('revert', '--no-edit', 'HEAD~1')
    await expectLog(clone, ids)
  })

  it('whatever three branches do to each other at random', async () => {
    const random = new Random(7)
    const clone = perWriter()
    const ids = await add(clone)
    const branches = ['main', 'alpha', 'beta']
    for (const branch of branches.slice(1)) clone.git('branch', branch)
    const verbs: ((branch: string) => readonly string[])[] = [
      (branch) => ['merge', '--quiet', '--no-edit', branch],
      (branch) => ['merge', '--quiet', '--squash', branch],
      (branch) => ['rebase', '--quiet', branch],
      (branch) => ['cherry-pick', '--no-commit', branch],
      () => ['revert', '--no-commit', 'HEAD'],
    ]
    for (let step = 0; step < 25; step += 1) {
      clone.git('switch', '--quiet', random.pick(branches))
      if (random.chance(0.6)) ids.push(...(await add(clone, random.int(1, 2))))
      const isMerge = clone.git('rev-list', '--parents', '--max-count=1', 'HEAD').split(' ').length > 2
      const verb = random.pick(isMerge ? verbs.slice(0, 3) : verbs)(random.pick(branches))
      const tip = clone.git('rev-list', '--parents', '--max-count=1', verb.at(-1) ?? '').split(' ')
      if (verb[0] === 'cherry-pick' && tip.length > 2) continue
      clone.git(...verb)
      await clone.settle()
      clone.commit()
    }
    clone.git('switch', '--quiet', 'main')
    for (const branch of branches.slice(1)) clone.git('merge', '--quiet', '--no-edit', branch)
    expect((await clone.ids()).sort()).toEqual([...ids].sort())
  })
})
