import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  isGitAtWork,
  isLogHidden,
  unstagedDeletions,
  youngestUnstaged,
} from '../../../src/core/log/repair/unstaged-deletions.js'
import { unmergedLines } from '../../../src/core/log/repair/unmerged-lines.js'
import { findWorkspace } from '../../../src/core/workspace/find-workspace.js'
import { noteLine, ulid } from '../../support/events.js'
import { errorOf } from '../../support/kitty-error.js'
import { POSIX } from '../../support/posix.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { realGit, shims } from '../../support/kitty.js'
import { TempRepository } from '../../support/temp-repository.js'

const DAY = '2026-11-22.jsonl'
const NEXT_DAY = '2026-11-23.jsonl'

/** A repository whose git has these notes in its index, per file. */
function repositoryWith(files: Readonly<Record<string, readonly number[]>>) {
  const repository = new TempRepository()
  repository.initKitty()
  const day = (name = DAY): string => repository.path('.kittify', 'events', name)
  mkdirSync(join(day(), '..'), { recursive: true })
  for (const [name, seeds] of Object.entries(files)) writeFileSync(day(name), textOf(seeds))
  repository.commitAll('the log')
  return { repository, day, workspace: findWorkspace(repository.root, {}) }
}

const textOf = (seeds: readonly number[]): string => seeds.map((seed) => noteLine(seed)).join('')
const idsOf = (lines: readonly { readonly event_id: string }[] | undefined) =>
  lines?.map(({ event_id: id }) => id)

afterEach(() => vi.unstubAllEnvs())

describe('events that git’s index has and the work tree lacks', () => {
  it('are none while the files are as git has them, or have more lines', () => {
    const { workspace, day } = repositoryWith({ [DAY]: [1, 2], [NEXT_DAY]: [3] })
    expect(unstagedDeletions(workspace)).toEqual([])
    appendFileSync(day(), noteLine(4))
    expect(unstagedDeletions(workspace)).toEqual([])
  })

  it('are those of a line that was taken out, byte for byte', () => {
    const { workspace, day } = repositoryWith({ [DAY]: [1, 2, 3], [NEXT_DAY]: [4] })
    writeFileSync(day(), textOf([1, 3]))
    const [line, ...others] = unstagedDeletions(workspace) ?? []
    expect(line).toEqual({
      event_id: ulid(2),
      timestamp: '2026-11-22T09:30:00.000Z',
      bytes: Buffer.from(noteLine(2)),
    })
    expect(others).toEqual([])
  })

  it('are all of a file that is gone, and not those of a file that git does not know', () => {
    const { workspace, day } = repositoryWith({ [DAY]: [1, 2], [NEXT_DAY]: [3] })
    rmSync(day())
    writeFileSync(day('2026-11-24.jsonl'), textOf([9]))
    expect(idsOf(unstagedDeletions(workspace))).toEqual([ulid(1), ulid(2)])
  })

  it('are those that one of two equal files has lost', () => {
    const { workspace, day } = repositoryWith({ [DAY]: [1, 2], '2026-11-22.k3f9.jsonl': [1, 2] })
    rmSync(day())
    writeFileSync(day('2026-11-22.k3f9.jsonl'), textOf([1, 2, 3]))
    expect(idsOf(unstagedDeletions(workspace))).toEqual([ulid(1), ulid(2)])
  })

  it.each(['--skip-worktree', '--assume-unchanged'])('are found in files under %s', (flag) => {
    const { workspace, repository, day } = repositoryWith({ [DAY]: [1, 2], [NEXT_DAY]: [3] })
    expect(isLogHidden(workspace)).toBe(false)
    repository.git('update-index', flag, '--', `.kittify/events/${DAY}`)
    expect(isLogHidden(workspace)).toBe(true)
    rmSync(day())
    rmSync(day(NEXT_DAY))
    expect(idsOf(unstagedDeletions(workspace))?.sort()).toEqual([ulid(1), ulid(2), ulid(3)])
  })

  it('are not looked for in other files of the folder', () => {
    const { workspace, day, repository } = repositoryWith({ [DAY]: [1], 'notes.jsonl': [2] })
    rmSync(day('notes.jsonl'))
    expect(unstagedDeletions(workspace)).toEqual([])
    repository.git('update-index', '--assume-unchanged', '--', '.kittify/events/notes.jsonl')
    expect(isLogHidden(workspace)).toBe(false)
  })

  it('are not those of a folder below, whose files are named like the log’s', () => {
    const { workspace, day, repository } = repositoryWith({ [DAY]: [1] })
    mkdirSync(day('old'))
    for (const [name, seed] of [
      [DAY, 2],
      [NEXT_DAY, 3],
    ] as const)
      writeFileSync(join(day('old'), name), textOf([seed]))
    repository.commitAll('a copy of another log')
    rmSync(join(day('old'), DAY))
    repository.git('update-index', '--assume-unchanged', '--', `.kittify/events/old/${NEXT_DAY}`)
    expect(unstagedDeletions(workspace)).toEqual([])
    expect(isLogHidden(workspace)).toBe(false)
  })

  it('cannot be told while git updates its index', () => {
    const { workspace, repository, day } = repositoryWith({ [DAY]: [1] })
    expect(isGitAtWork(workspace)).toBe(false)
    repository.write('.git/index.lock', '')
    rmSync(day())
    expect(isGitAtWork(workspace)).toBe(true)
    expect(unstagedDeletions(workspace)).toBeUndefined()
  })

  it.runIf(POSIX)('cannot be told while git switches branches, however short it takes', () => {
    const { workspace, repository, day } = repositoryWith({ [DAY]: [1] })
    repository.git('checkout', '--quiet', '-b', 'other')
    writeFileSync(day(NEXT_DAY), textOf([2]))
    repository.commitAll('on the other branch')
    // Switches after diff-files has read the index, and before it looks at the file.
    const git = realGit()
    const switching = `#!/bin/sh
case "$*" in
  *diff-files*) rm -f '${day(NEXT_DAY)}'; ${git} "$@"; ${git} checkout --quiet main ;;
  *) exec ${git} "$@" ;;
esac
`
    vi.stubEnv('PATH', shims({ git: switching }).PATH)
    expect(unstagedDeletions(workspace)).toBeUndefined()
    vi.unstubAllEnvs()
    expect(unstagedDeletions(workspace)).toEqual([])
  })

  it.runIf(POSIX)('are not those of a file with a link or a folder in its place', () => {
    const { workspace, day } = repositoryWith({ [DAY]: [1], [NEXT_DAY]: [2] })
    renameSync(day(), day('elsewhere'))
    symlinkSync(day('elsewhere'), day())
    rmSync(day(NEXT_DAY))
    mkdirSync(day(NEXT_DAY))
    // Git calls the folder a deletion, and the next write reports it.
    expect(idsOf(unstagedDeletions(workspace))).toEqual([])
  })

  it('are in the log of a folder of the repository as well, whatever its name', () => {
    const repository = new TempRepository()
    const root = repository.path('a [deep] folder')
    mkdirSync(join(root, '.kittify', 'events'), { recursive: true })
    writeFileSync(join(root, '.kittify', 'events', DAY), textOf([1]))
    repository.commitAll('the log')
    const workspace = findWorkspace(root, { KITTY_ROOT: root })
    rmSync(join(root, '.kittify', 'events', DAY))
    expect(idsOf(unstagedDeletions(workspace))).toEqual([ulid(1)])
  })

  it('says that git could not be asked', () => {
    const { workspace, repository } = repositoryWith({ [DAY]: [1] })
    repository.write('.git/index', 'no index')
    expect(errorOf(() => unstagedDeletions(workspace)).kind).toBe('GitFailure')
  })

  it.runIf(CAN_LIST_OPEN_FILES)('leaves nothing open', () => {
    const { workspace, repository, day } = repositoryWith({ [DAY]: [1, 2] })
    writeFileSync(day(), textOf([1]))
    unstagedDeletions(workspace)
    expect(openFiles(repository.root)).toEqual([])
  })
})

describe('the youngest events that the work tree has and git’s index lacks', () => {
  const none = new Set<string>()

  it('are those that were added to a file, and all of a file that git does not know', () => {
    const { workspace, day } = repositoryWith({ [DAY]: [1, 2] })
    expect(youngestUnstaged(workspace, none)).toEqual([])
    appendFileSync(day(), textOf([3, 4]))
    writeFileSync(day(NEXT_DAY), textOf([5, 6]))
    const lines = youngestUnstaged(workspace, none)
    expect(idsOf(lines)?.sort()).toEqual([ulid(3), ulid(4), ulid(5), ulid(6)])
    expect(lines.find(({ event_id: id }) => id === ulid(3))?.bytes.toString()).toBe(noteLine(3))
  })

  it('are not those kept elsewhere', () => {
    const { workspace, day } = repositoryWith({ [DAY]: [1] })
    appendFileSync(day(), textOf([2, 3]))
    writeFileSync(day(NEXT_DAY), textOf([4, 5]))
    const kept = new Set([ulid(2), ulid(4)])
    expect(idsOf(youngestUnstaged(workspace, kept))?.sort()).toEqual([ulid(3), ulid(5)])
  })

  it('are the last mebibyte of a file, the youngest first', () => {
    const { workspace, day } = repositoryWith({ [DAY]: [1] })
    const long = (seed: number) =>
      noteLine(seed, { payload: { feature_slug: '001-login', text: 'x'.repeat(99_000) } })
    writeFileSync(day(NEXT_DAY), Array.from({ length: 13 }, (_, at) => long(at + 1)).join(''))
    expect(idsOf(youngestUnstaged(workspace, none))).toEqual([13, 12, 11, 10, 9, 8, 7, 6, 5, 4].map(ulid))
  })

  it('are all of a file that git is only told to expect', () => {
    const { workspace, repository, day } = repositoryWith({ [DAY]: [1] })
    writeFileSync(day(NEXT_DAY), textOf([2, 3]))
    repository.git('add', '--intent-to-add', '--', '.kittify/events')
    expect(idsOf(youngestUnstaged(workspace, none))).toEqual([ulid(3), ulid(2)])
    expect(unstagedDeletions(workspace)).toEqual([])
  })

  it('are all of a file of a mebibyte, and not the first of one that is a byte longer', () => {
    const { workspace, day } = repositoryWith({ [DAY]: [1] })
    const line = (seed: number, text: string) =>
      noteLine(seed, { payload: { feature_slug: '001-login', text } })
    const text = Array.from({ length: 10 }, (_, at) => line(at + 2, 'x'.repeat(99_000))).join('')
    const rest = 1024 * 1024 - text.length - line(1, '').length
    for (const [more, first] of [
      [0, 1],
      [1, 2],
    ] as const) {
      writeFileSync(day(NEXT_DAY), line(1, 'x'.repeat(rest + more)) + text)
      expect(idsOf(youngestUnstaged(workspace, none))?.at(-1)).toBe(ulid(first))
    }
  })

  it('are in no other file of the folder, and none where there is no folder', () => {
    const { workspace, day } = repositoryWith({ [DAY]: [1] })
    writeFileSync(day('notes.jsonl'), textOf([2]))
    expect(youngestUnstaged(workspace, none)).toEqual([])
    rmSync(workspace.eventsDir, { recursive: true })
    expect(youngestUnstaged(workspace, none)).toEqual([])
  })
})

describe('events of unmerged files', () => {
  it('are those of every side, each once', () => {
    const { repository, workspace, day } = repositoryWith({ [DAY]: [1] })
    repository.write('.gitattributes', `.kittify/events/*.jsonl -merge\n`)
    repository.write('README.md', 'base\n')
    repository.commitAll('no merge of the log')
    for (const [branch, seed] of [
      ['theirs', 2],
      ['ours', 3],
    ] as const) {
      repository.git('switch', '--quiet', '--create', branch, 'main')
      appendFileSync(day(), noteLine(seed))
      repository.write('README.md', `${branch}\n`)
      repository.commitAll(branch)
    }
    expect(unmergedLines(workspace.root, workspace.eventsDir)).toEqual([])
    expect(() => repository.git('merge', '--quiet', 'theirs')).toThrow()
    const lines = unmergedLines(workspace.root, workspace.eventsDir)
    expect(lines.map(({ event_id: id }) => id).sort()).toEqual([ulid(1), ulid(2), ulid(3)])
    expect(lines.find(({ event_id: id }) => id === ulid(2))?.bytes.toString()).toBe(noteLine(2))
  })

  it.each(['notes.jsonl', `old/${DAY}`])('are not looked for in %s', (other) => {
    const { repository, workspace, day } = repositoryWith({ [DAY]: [1] })
    mkdirSync(day('old'))
    writeFileSync(day(other), noteLine(2))
    repository.commitAll('another file')
    for (const [branch, seed] of [
      ['theirs', 3],
      ['ours', 4],
    ] as const) {
      repository.git('switch', '--quiet', '--create', branch, 'main')
      writeFileSync(day(other), noteLine(seed))
      repository.commitAll(branch)
    }
    expect(() => repository.git('merge', '--quiet', 'theirs')).toThrow()
    expect(unmergedLines(workspace.root, workspace.eventsDir)).toEqual([])
  })
})
