import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dayFiles, loggedEvents } from '../support/log-files.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { kitty } from '../support/program.js'
import { tempFolder } from '../support/temp-folder.js'
import type { TempRepository } from '../support/temp-repository.js'
import { windowsPath } from './support/machine.js'
import { type Sharing, startReader } from './support/reader.js'
import { HAS_WINDOWS, IS_WHOLE, windowsKitty } from './support/windows.js'

const PART = 'kitty-specs/001-login/tasks/WP02-part.md'
/** What kitty reads and writes there: of git's directory only what is small, since the reader opens each file. */
const HELD = ['.git/kitty', '.git/HEAD', '.git/config', '.kittify', 'kitty-specs', '.gitattributes']

/** A board of another tool, outside the repository. */
function csvFile(): string {
  const path = join(tempFolder(), 'board.csv')
  writeFileSync(path, 'id,title,status\nA1,Quay,todo\n')
  return windowsPath(path)
}

/** What a user does by hand before `sync`. */
function retitle(repository: TempRepository): void {
  repository.write(PART, repository.read(PART).replace(/^title: .*$/m, 'title: Another title'))
}

const lastEvent = (cwd: string): string => loggedEvents(cwd).at(-1)?.event_id ?? 'none'

interface Verb {
  readonly words: (cwd: string) => readonly string[]
  readonly before?: (repository: TempRepository) => void
  /** How many events there are more. */
  readonly adds: number
}

const SHORT: readonly Verb[] = [
  { words: () => ['move', 'WP01', 'doing'], adds: 1 },
  { words: () => ['edit', 'WP02', '--title', 'Quay'], adds: 1 },
]
const VERBS: readonly Verb[] = [
  ...SHORT,
  { words: () => ['new', 'A part', '--feature', '001-login'], adds: 1 },
  { words: () => ['note', 'WP02', 'while files are held'], adds: 1 },
  { words: (cwd) => ['agent', 'events', 'redact', lastEvent(cwd), '--reason', 'names a customer'], adds: 0 },
  { before: retitle, words: () => ['sync', '001-login', '--take', 'WP02'], adds: 1 },
  { words: () => ['import', 'csv', csvFile(), '--feature', 'board', '--source', 'board'], adds: 3 },
  { words: () => ['agent', 'events', 'rebuild-clock'], adds: 0 },
  { words: () => ['archive', 'board'], adds: 1 },
]

/** A repository in which every file that kitty keeps is there. */
async function usedRepository(): Promise<TempRepository> {
  const repository = await preparedRepository()
  const cwd = repository.root
  repository.write('.kittify/config.json', '{"log": {"files": "per-writer"}}\n')
  await kitty({ cwd }, 'note', 'WP01', 'before')
  await kitty({ cwd }, 'move', 'WP03', 'done')
  return repository
}

describe.skipIf(!HAS_WINDOWS)('on Windows, a reader', () => {
  it.each<Sharing>(['shared', 'alone'])(
    'that holds each file in turn, %s, makes no command fail',
    async (sharing) => {
      const repository = await usedRepository()
      const cwd = repository.root
      const reader = await startReader(
        sharing,
        30,
        HELD.map((name) => join(cwd, name)),
      )
      try {
        for (const { words, before, adds } of IS_WHOLE ? VERBS : SHORT) {
          before?.(repository)
          const known = loggedEvents(cwd).map(({ event_id }) => event_id)
          const given = words(cwd)
          const done = await windowsKitty({ cwd }, ...given)
          expect([given, done.code, done.code === 0 ? '' : done.stderr]).toEqual([given, 0, ''])
          const ids = new Set(loggedEvents(cwd).map(({ event_id }) => event_id))
          expect([given, known.filter((id) => !ids.has(id)), ids.size]).toEqual([
            given,
            [],
            known.length + adds,
          ])
        }
      } finally {
        await reader.end()
      }
      expect(reader.held()).toBeGreaterThan(5)
      expect((await kitty({ cwd }, 'agent', 'events', 'verify')).stdout).toContain('no problems')
    },
  )

  /** Each file, and whether a command that writes goes on without it. */
  const FILES: readonly (readonly [what: string, of: (cwd: string) => string, goesOn: boolean])[] = [
    ['the day’s file', (cwd) => `.kittify/events/${dayFiles(cwd).at(-1) ?? ''}`, false],
    ['the clock', () => '.kittify/clock.json', true],
    ['the package’s file', () => PART, false],
    ['the first writer’s file', (cwd) => `.kittify/events/${dayFiles(cwd)[0] ?? ''}`, false],
    ['the journal', () => '.git/kitty/journal.jsonl', false],
    ['the lock', () => '.git/kitty/lock', false],
    ['the settings', () => '.kittify/config.json', false],
    ['the attributes', () => '.gitattributes', true],
    [
      'the records of errors',
      (cwd) => `.kittify/errors/${(dayFiles(cwd)[0] ?? '').slice(0, 10)}.jsonl`,
      true,
    ],
  ]
  it.each(IS_WHOLE ? FILES : FILES.slice(0, 2))(
    'that keeps %s for long is named, and the command can be repeated',
    async (_, of, goesOn) => {
      const { root: cwd } = await usedRepository()
      const before = loggedEvents(cwd).length
      const file = of(cwd)
      const reader = await startReader('alone', 3_600_000, [join(cwd, file)])
      const words = ['move', 'WP02', 'doing']
      const held = await windowsKitty({ cwd }, ...words).finally(() => reader.end())
      if (!goesOn) {
        expect([held.code, held.stderr]).toEqual([
          expect.any(Number),
          expect.stringContaining('in use by another program'),
        ])
        expect(held.stderr.replaceAll('\\', '/')).toContain(file)
        expect([3, 5]).toContain(held.code)
        expect(loggedEvents(cwd)).toHaveLength(before)
        const again = await windowsKitty({ cwd }, ...words)
        expect([again.code, again.code === 0 ? '' : again.stderr]).toEqual([0, ''])
      } else expect([held.code, held.code === 0 ? '' : held.stderr]).toEqual([0, ''])
      expect(loggedEvents(cwd)).toHaveLength(before + 1)
      expect(readFileSync(join(cwd, PART), 'utf8')).toMatch(/^lane: "?doing/m)
    },
  )
})
