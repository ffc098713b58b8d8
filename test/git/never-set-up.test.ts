import { appendFileSync, cpSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EventStore } from '../../src/core/store/event-store.js'
import { by, emit, FEATURE, inProcess, kitty, project, realGit, shims } from '../support/kitty.js'
import { tempFolder } from '../support/temp-folder.js'
import { gitIn } from '../support/temp-repository.js'

const WRITES = 50

const note = (text: string) => ({
  event_type: 'NoteAdded' as const,
  entity_id: 'WP01',
  entity_type: 'WorkPackage' as const,
  payload: { feature_slug: FEATURE, text },
})

/** A clone as git makes it: no `kitty init`. */
function clone(bare: string, name: string): string {
  const folder = join(tempFolder(), name)
  gitIn(dirname(folder), 'clone', '--quiet', bare, folder)
  gitIn(folder, 'config', 'user.name', name)
  gitIn(folder, 'config', 'user.email', `${name}@example.org`)
  return folder
}

async function bareOf(origin: string): Promise<string> {
  const bare = join(tempFolder(), 'server.git')
  gitIn(dirname(bare), 'clone', '--quiet', '--bare', origin, bare)
  return bare
}

async function writes(folder: string, actor: string): Promise<string[]> {
  const { result } = await inProcess(folder, EventStore, async (store) => {
    const ids: string[] = []
    for (let n = 1; n <= WRITES; n += 1)
      ids.push(...(await store.emit([note(`${actor} ${n}`)], by(actor))).map(({ event_id }) => event_id))
    return ids
  })
  gitIn(folder, 'commit', '--quiet', '--all', '--message', actor)
  return result
}

const idsIn = async (folder: string): Promise<string[]> =>
  (await inProcess(folder, EventStore, (store) => store.read())).result.map(({ event_id }) => event_id).sort()

describe('clones that were never set up', () => {
  it('merge each other’s writes without a conflict, every event once', async () => {
    const bare = await bareOf(await project())
    const [ada, bob] = [clone(bare, 'ada'), clone(bare, 'bob')]
    const before = await idsIn(ada)
    const ids = [...before, ...(await writes(ada, 'ada')), ...(await writes(bob, 'bob'))].sort()
    gitIn(ada, 'push', '--quiet', 'origin', 'main')
    gitIn(bob, 'pull', '--quiet', '--no-rebase', '--no-edit')
    gitIn(bob, 'push', '--quiet', 'origin', 'main')
    gitIn(ada, 'pull', '--quiet', '--no-rebase', '--no-edit')
    for (const folder of [ada, bob]) {
      expect(await idsIn(folder)).toEqual(ids)
      expect(gitIn(folder, 'status', '--porcelain', '--untracked-files=no')).toBe('')
    }
  })

  it('merge on a server that knows no driver, and the next write leaves every event once', async () => {
    const bare = await bareOf(await project())
    const [ada, bob] = [clone(bare, 'ada'), clone(bare, 'bob')]
    const ids = [...(await idsIn(ada)), ...(await writes(ada, 'ada')), ...(await writes(bob, 'bob'))]
    gitIn(ada, 'push', '--quiet', 'origin', 'main')
    gitIn(bob, 'push', '--quiet', 'origin', 'main:bob')
    // A machine of its own, as a build's: git merges the text, with markers, and someone commits them.
    const server = clone(bare, 'server')
    try {
      gitIn(server, 'merge', '--quiet', '--no-edit', 'origin/bob')
    } catch {
      gitIn(server, 'commit', '--quiet', '--all', '--no-edit')
    }
    gitIn(server, 'push', '--quiet', 'origin', 'main')
    gitIn(ada, 'pull', '--quiet', '--no-rebase', '--no-edit')
    const { result } = await emit(ada, 'ada', note('after'))
    expect(await idsIn(ada)).toEqual([...ids, ...result].sort())
    const lines = gitIn(ada, 'ls-files', '.kittify/events')
      .trim()
      .split('\n')
      .flatMap((file) => readFileSync(join(ada, file), 'utf8').trim().split('\n'))
    expect(lines).toHaveLength(ids.length + 1)
  })

  it('register the merge drivers with the first write, once, and say so', async () => {
    const folder = clone(await bareOf(await project()), 'ada')
    expect((await emit(folder, 'ada', note('1'))).warnings.join()).toMatch(
      /Registered the merge drivers kitty-events and kitty-work-package/,
    )
    expect((await emit(folder, 'ada', note('2'))).warnings).toEqual([])
    gitIn(folder, 'config', 'merge.kitty-events.driver', 'kitty of-another-version %O %A %B')
    expect((await emit(folder, 'ada', note('3'))).warnings.join()).toMatch(/kitty-events in/)
  })

  it('say how many of their own events are not committed, and that a merge waits', async () => {
    const bare = await bareOf(await project())
    const [ada, bob] = [clone(bare, 'ada'), clone(bare, 'bob')]
    const status = async (folder: string) => (await kitty(folder, ['status', '--json'], shims())).json()
    expect(await status(ada)).toMatchObject({ uncommitted_events: 0, merge_waiting: false })
    for (let n = 1; n <= 7; n += 1) await emit(ada, 'ada', note(`${n}`))
    expect(await status(ada)).toMatchObject({ uncommitted_events: 7 })
    expect((await kitty(ada, ['status'])).stdout).toContain('7 events are not committed yet')
    gitIn(ada, 'commit', '--quiet', '--all', '--message', 'seven')
    expect(await status(ada)).toMatchObject({ uncommitted_events: 0 })
    await emit(ada, 'ada', note('8'))
    expect((await kitty(ada, ['status'])).stdout).toContain('1 event is not committed yet')
    // What others wrote is theirs to commit.
    gitIn(ada, 'push', '--quiet', 'origin', 'main')
    appendFileSync(join(bob, 'README.md'), 'more\n')
    gitIn(bob, 'commit', '--quiet', '--all', '--message', 'more')
    gitIn(bob, 'pull', '--quiet', '--no-rebase', '--no-commit', 'origin', 'main')
    expect(await status(bob)).toMatchObject({ uncommitted_events: 0, merge_waiting: true })
    expect((await kitty(bob, ['status'])).stdout).toContain('A merge is waiting for its commit')
  })

  /** What `status` asks git in a repository whose index is up to date. */
  async function askedBySecondStatus(folder: string): Promise<string> {
    const asked = join(tempFolder(), 'asked')
    const path = shims({ git: `#!/bin/sh\necho "$@" >> ${asked}\nexec ${realGit()} "$@"\n` })
    await kitty(folder, ['status'], path)
    rmSync(asked, { force: true })
    expect((await kitty(folder, ['status'], path)).stdout).toContain('WP01')
    return existsSync(asked) ? readFileSync(asked, 'utf8') : ''
  }

  async function committed(): Promise<string> {
    const origin = await project()
    gitIn(origin, 'add', '--force', 'kitty-specs')
    gitIn(origin, 'commit', '--quiet', '--message', 'The files')
    return origin
  }

  it('ask git nothing at the second status, while no one has written in them', async () => {
    expect(await askedBySecondStatus(clone(await bareOf(await committed()), 'ada'))).toBe('')
  })

  it('ask git nothing at the second status of a copied folder', async () => {
    const copy = join(tempFolder(), 'copy')
    cpSync(await committed(), copy, { recursive: true })
    expect(await askedBySecondStatus(copy)).toBe('')
  })

  it('are told at init what per-writer files are for, in a repository with a remote', async () => {
    const origin = await project()
    const folder = clone(await bareOf(origin), 'ada')
    expect((await kitty(folder, ['init'])).stdout).toContain('kitty init --per-writer')
    expect((await kitty(origin, ['init'])).stdout).not.toContain('--per-writer')
    await kitty(folder, ['init', '--per-writer'])
    expect((await kitty(folder, ['init'])).stdout).not.toContain('--per-writer')
  })
})
