import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { RawLine } from '../../../src/core/log/event-log.js'
import {
  branchTips,
  committedLines,
  linesOfCommits,
  linesOfHead,
  type TipSearch,
} from '../../../src/core/log/repair/committed-lines.js'
import { TipMemory } from '../../../src/core/log/repair/tip-memory.js'
import { noteLine, ulid } from '../../support/events.js'
import { tempFolder } from '../../support/temp-folder.js'
import { gitEnvironment, TempRepository } from '../../support/temp-repository.js'

const DAY = '2026-11-22.jsonl'
const NEXT_DAY = '2026-11-23.jsonl'
/** The time is over before the first tip is read. */
const NO_TIME = -1

const textOf = (...seeds: number[]): string => seeds.map((seed) => noteLine(seed)).join('')
const line = (seed: number): RawLine => ({
  event_id: ulid(seed),
  timestamp: '2026-11-22T09:30:00.000Z',
  bytes: Buffer.from(noteLine(seed)),
})

/** IDs of the events, one list per part of a file. */
const idsOf = (parts: Iterable<readonly RawLine[]>): string[][] =>
  [...parts].map((lines) => lines.map(({ event_id: id }) => id))

let repository: TempRepository
let eventsDir: string

beforeEach(() => {
  repository = new TempRepository(tempFolder(), { commits: false })
  eventsDir = repository.path('.kittify', 'events')
  mkdirSync(eventsDir, { recursive: true })
})

/** Commits these files of the log to the branch, which starts at `from`, this many days after the first of 2026. */
function commit(files: Readonly<Record<string, string>>, branch = 'main', days = 0): string {
  if (branch !== 'main') repository.git('switch', '--quiet', '--create', branch)
  mkdirSync(eventsDir, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(eventsDir, name), text)
  repository.git('add', '--all')
  const time = new Date(Date.UTC(2026, 0, 1 + days)).toISOString()
  const env = { ...gitEnvironment(), GIT_COMMITTER_DATE: time }
  execFileSync('git', ['commit', '--quiet', '--allow-empty', '-m', 'x'], { cwd: repository.root, env })
  const id = repository.git('rev-parse', 'HEAD').trim()
  if (branch !== 'main') repository.git('switch', '--quiet', 'main')
  return id
}

describe('the events of commits', () => {
  it('are those of HEAD’s day files, a file after the other', () => {
    commit({ [DAY]: textOf(1, 2), [NEXT_DAY]: textOf(3), 'notes.jsonl': textOf(4) })
    writeFileSync(join(eventsDir, DAY), textOf(5))
    expect(idsOf(linesOfHead(repository.root, eventsDir))).toEqual([[ulid(1), ulid(2)], [ulid(3)]])
  })

  it('are those of each file once, though more than one commit or day has it', () => {
    const first = commit({ [DAY]: textOf(1) })
    const second = commit({ [DAY]: textOf(1), [NEXT_DAY]: textOf(1) })
    expect(idsOf(linesOfCommits(repository.root, eventsDir, [first, second]))).toEqual([[ulid(1)]])
  })

  it('are without those of files that another commit has too', () => {
    const first = commit({ [DAY]: textOf(1) })
    const second = commit({ [DAY]: textOf(1), [NEXT_DAY]: textOf(2) })
    const but = (one: string, other: string) =>
      idsOf(linesOfCommits(repository.root, eventsDir, [one], other))
    expect(but(second, first)).toEqual([[ulid(2)]])
    expect(but(first, second)).toEqual([])
  })

  it('are none where a commit has no log, or a file instead of it', () => {
    repository.write('README.md', 'no log\n')
    const none = commit({})
    rmSync(eventsDir, { recursive: true })
    writeFileSync(eventsDir, textOf(1))
    repository.commitAll('a file')
    const file = repository.git('rev-parse', 'HEAD').trim()
    expect(idsOf(linesOfCommits(repository.root, eventsDir, [none, file]))).toEqual([])
  })
})

describe('the tips of the local branches', () => {
  it('are the newest first, each once', () => {
    const main = commit({})
    const young = commit({}, 'a', 3)
    const old = commit({}, 'b', 1)
    const middle = commit({}, 'c', 2)
    repository.git('branch', 'd', 'a')
    repository.git('tag', 'e', 'main')
    expect(branchTips(repository.root)).toEqual([young, middle, old, main])
  })

  it('are none before the first commit', () => {
    expect(branchTips(repository.root)).toEqual([])
  })
})

describe('lines that only another branch has', () => {
  const elsewhere = (search: TipSearch = {}, ...lines: RawLine[]): string[] => [
    ...committedLines(repository.root, eventsDir, lines.length > 0 ? lines : [line(1)], search).elsewhere,
  ]

  it('are those of the log’s files, and of no file that only looks like one', () => {
    commit({})
    commit({ '2026-11-22.txt': textOf(1), 'x2026-11-22.jsonl': textOf(1) }, 'other')
    expect(elsewhere()).toEqual([])
    commit({ '2026-11-22.k3f9.jsonl': textOf(1) }, 'third')
    expect(elsewhere()).toEqual([ulid(1)])
  })

  it('are found on each of the branches', () => {
    commit({})
    commit({ [DAY]: textOf(1) }, 'one')
    commit({ [DAY]: textOf(2) }, 'two')
    expect(elsewhere({}, line(1), line(2), line(3)).sort()).toEqual([ulid(1), ulid(2)])
  })

  it('are not those of a file that HEAD has too', () => {
    commit({ [DAY]: textOf(1) })
    commit({ [NEXT_DAY]: textOf(2) }, 'other')
    const { inHead, elsewhere: others } = committedLines(repository.root, eventsDir, [line(1)])
    expect([[...inHead], [...others]]).toEqual([[ulid(1)], []])
  })

  it('are found no more when the time is over, and those of HEAD still are', () => {
    commit({ [DAY]: textOf(1) })
    commit({ [DAY]: textOf(1, 2) }, 'other')
    const found = committedLines(repository.root, eventsDir, [line(1), line(2)], { forMs: NO_TIME })
    expect([[...found.inHead], [...found.elsewhere]]).toEqual([[ulid(1)], []])
  })

  it('are found in what is remembered of a tip, which takes no time', () => {
    commit({})
    commit({ [DAY]: textOf(1) }, 'other')
    const memory = new TipMemory(tempFolder())
    expect(elsewhere({ memory, forMs: NO_TIME })).toEqual([])
    expect(elsewhere({ memory })).toEqual([ulid(1)])
    expect(elsewhere({ memory, forMs: NO_TIME })).toEqual([ulid(1)])
  })

  it('are remembered as long as a tip has their file, of whatever day', () => {
    commit({})
    commit({ [DAY]: textOf(1), [NEXT_DAY]: textOf(2) }, 'other')
    const folder = tempFolder()
    const memory = new TipMemory(folder)
    elsewhere({ memory })
    const remembered = readdirSync(folder)
    expect(remembered).toHaveLength(1)
    elsewhere({ memory }, { ...line(3), timestamp: '2026-11-24T00:00:00.000Z' })
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(remembered))
    repository.git('branch', '--quiet', '-D', 'other')
    elsewhere({ memory })
    expect(readdirSync(folder)).toEqual([])
  })

  it('are none where no line is asked for, and then git is not asked', () => {
    const found = committedLines(join(repository.root, 'missing'), eventsDir, [])
    expect(found).toEqual({ inHead: new Set(), elsewhere: new Set() })
  })
})
