import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { decided } from '../../src/core/store/event-store.js'
import { dayFiles } from '../support/log-files.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { documentOf, kitty, type Outcome } from '../support/program.js'
import { BY_ADA, inProcess } from '../support/session.js'
import type { TempRepository } from '../support/temp-repository.js'
import { changedPaths, treeOf } from '../support/tree.js'

interface Problem {
  readonly file: string
  readonly line: number
  readonly kind: string
}

const UNKNOWN_TYPE = {
  event_id: '01HZZZZZZZZZZZZZZZZZZZZZZZ',
  event_type: 'x.weather.Observed',
  event_version: 1,
  lamport_clock: 5,
  entity_id: 'WP01',
  entity_type: 'x.weather',
  timestamp: '2026-11-22T10:00:00.000Z',
  actor: 'a plugin',
  causation_id: null,
  correlation_id: null,
  payload: { feature_slug: '001-login', degrees: 4 },
}

describe('a log that everything has happened to', () => {
  let repository: TempRepository
  let file: string
  let lines: string[]
  let board: unknown

  const run = (...args: string[]): Promise<Outcome> => kitty({ cwd: repository.root }, ...args)
  const boardNow = async (): Promise<unknown> => documentOf(await run('status', '--json'))['features']
  const write = (...content: (string | readonly string[])[]): void => {
    writeFileSync(file, content.flat().join(''))
  }

  beforeEach(async () => {
    repository = await preparedRepository()
    await history(repository.root)
    const [name = ''] = dayFiles(repository.root)
    file = join(repository.root, '.kittify', 'events', name)
    lines = readFileSync(file, 'utf8').split(/(?<=\n)/)
    board = await boardNow()
  })

  it('reads to the same board, and verify names each problem once, by its line', async () => {
    const shuffled = [...lines].reverse()
    const unknown = `${JSON.stringify({ ...UNKNOWN_TYPE, timestamp: `${dayOf(file)}T10:00:00.000Z` })}\n`
    const [first = '', second = '', ...rest] = shuffled
    write(
      `\uFEFF${first}`, // 1: byte order mark; 2: the rest of the reversed log follows, out of order
      second.replace('\n', '\r\n'), // 2: CRLF
      '<<<<<<< HEAD\n', // 3
      rest.slice(0, 2), // 4, 5
      '=======\n', // 6
      first, // 7: the same line again
      '>>>>>>> theirs\n', // 8
      'this no event\n', // 9
      unknown, // 10
      rest.slice(2), // 11 …
      lines, // doubled
      lines[0]?.slice(0, 40) ?? '', // torn tail
    )
    const before = treeOf(repository.root)
    const verified = await run('agent', 'events', 'verify', '--json')

    expect(verified.code).toBe(3)
    const { problems, notices } = documentOf(verified) as { problems: Problem[]; notices: Problem[] }
    const named = (kind: string): number[] =>
      problems.filter((problem) => problem.kind === kind).map(({ line }) => line)
    expect(named('bom')).toEqual([1])
    expect(named('crlf')).toEqual([2])
    expect(named('conflict_marker')).toEqual([3, 6, 8])
    expect(problems.filter(({ line }) => line === 9)).toHaveLength(1)
    expect(notices).toMatchObject([{ kind: 'unknown_type', line: 10 }])
    expect(named('duplicate')).toHaveLength(1 + lines.length)
    expect(named('out_of_order')).toHaveLength(1)
    expect(named('torn_tail')).toEqual([6 + shuffled.length + lines.length + 1])
    const places = problems.map((problem) => `${problem.file}:${problem.line} ${problem.kind}`)
    expect(new Set(places).size).toBe(places.length)
    expect(changedPaths(before, treeOf(repository.root))).toEqual([])

    expect(await boardNow()).toEqual(board)
    expect(changedPaths(before, treeOf(repository.root))).toEqual([])
  })

  it('names a bad line on stderr as file:line, once, and still shows the board', async () => {
    write(lines.slice(0, 3), 'this no event\n', lines.slice(3))
    const shown = await run('status')
    expect(shown.code).toBe(0)
    expect(shown.stderr.match(/\d{4}-\d\d-\d\d\.jsonl:4\b/g)).toHaveLength(1)
    expect(await boardNow()).toEqual(board)
  })

  it('reads to the same board in any order of its lines', async () => {
    for (const seed of [7, 11]) {
      write(shuffle(lines, seed))
      expect(await boardNow()).toEqual(board)
    }
  })

  it('is put in order by the next write: markers and repeats go, what is not understood stays', async () => {
    write(
      '\uFEFF',
      '<<<<<<< HEAD\r\n',
      [...lines].reverse(),
      '=======\n',
      lines,
      '>>>>>>> theirs\n',
      'this no event\n',
    )
    const moved = await run('agent', 'tasks', 'move-task', 'WP02', '--to', 'doing', '--json')
    expect(moved.code).toBe(0)
    expect(JSON.stringify(documentOf(moved)['warnings'])).toMatch(/merged \d+, dropped \d+ duplicates/)
    const after = readFileSync(file, 'utf8')
    expect(after.startsWith(lines.join(''))).toBe(true)
    expect(after).toContain('this no event\n')
    expect(after).not.toMatch(/<<<<<<<|=======|>>>>>>>|\r|\uFEFF/)
    const { problems } = documentOf(await run('agent', 'events', 'verify', '--json')) as {
      problems: Problem[]
    }
    expect(problems).toHaveLength(1)
  })

  it('has its torn tail quarantined by the next write, which says so', async () => {
    write(lines, '{"event_id":"01H')
    const moved = await run('agent', 'tasks', 'move-task', 'WP02', '--to', 'doing')
    expect(moved.code).toBe(0)
    expect(moved.stderr).toMatch(/repaired/)
    const torn = [...treeOf(repository.root).keys()].filter((path) =>
      path.startsWith('.kittify/errors/torn-'),
    )
    expect(torn.map((path) => readFileSync(join(repository.root, path), 'utf8'))).toEqual([
      '{"event_id":"01H',
    ])
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(lines.length + 2)
  })
})

/** Moves and notes, enough for every lane to hold something. */
async function history(root: string): Promise<void> {
  const { store } = await inProcess({ cwd: root })
  const status = (id: string, from: string, to: string) => ({
    event_type: 'WPStatusChanged' as const,
    entity_id: id,
    entity_type: 'WorkPackage' as const,
    payload: { feature_slug: '001-login', old_status: from, new_status: to },
  })
  const steps = [
    status('WP01', 'planned', 'doing'),
    status('WP01', 'doing', 'for_review'),
    status('WP01', 'for_review', 'done'),
    status('WP02', 'planned', 'doing'),
    status('WP02', 'doing', 'planned'),
  ]
  for (const step of steps) await store.emit(decided([step]).drafts, BY_ADA)
  await store.close()
}

function dayOf(path: string): string {
  return /\d{4}-\d\d-\d\d/.exec(path)?.[0] ?? ''
}

/** The same order for the same seed. */
function shuffle(lines: readonly string[], seed: number): string[] {
  const keyed = lines.map((line, at) => ({ line, key: ((at + 1) * seed * 7919) % 101 }))
  return keyed.sort((a, b) => a.key - b.key).map(({ line }) => line)
}
