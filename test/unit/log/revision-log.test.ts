import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stubOf } from '../../../src/core/events-lib.js'
import { FileArchive } from '../../../src/core/log/archive/archive.js'
import type { RawLine } from '../../../src/core/log/event-log.js'
import { fullEvent, hiddenEvents, keptLines } from '../../../src/core/log/hidden-lines.js'
import { Redactions } from '../../../src/core/log/redactions.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'
import { linesAtRevision } from '../../../src/core/log/revision-log.js'
import { encodeEvent } from '../../../src/core/events-lib.js'
import { note, noteLine, ulid } from '../../support/events.js'
import { rejectionOf } from '../../support/kitty-error.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'
import { TempRepository } from '../../support/temp-repository.js'

const DAY = '2026-11-22.jsonl'

/** The lines of the log in `root` as of HEAD: its ID or problem, and where it is. */
async function linesIn(root: string): Promise<string[]> {
  const lines: string[] = []
  for await (const batch of linesAtRevision(root, join(root, '.kittify', 'events'), 'HEAD'))
    lines.push(
      ...batch.map(
        ({ file, line, event, problem }) => `${file}:${line} ${event?.event_id ?? problem?.kind ?? ''}`,
      ),
    )
  return lines
}

function put(root: string, name: string, text: string): void {
  mkdirSync(join(root, '.kittify', 'events'), { recursive: true })
  writeFileSync(join(root, '.kittify', 'events', name), text)
}

describe('the log as of a commit', () => {
  it('is read from git’s objects, in the files’ order, whatever index and work tree hold', async () => {
    const repository = new TempRepository()
    put(repository.root, '2026-11-23.jsonl', noteLine(3))
    put(repository.root, DAY, `${noteLine(1)}x\n${noteLine(2)}`)
    repository.commitAll('the log')
    put(repository.root, DAY, noteLine(9))
    repository.git('add', '--all')
    rmSync(join(repository.root, '.kittify'), { recursive: true })
    expect(await linesIn(repository.root)).toEqual([
      `${DAY}:1 ${ulid(1)}`,
      `${DAY}:2 not_json`,
      `${DAY}:3 ${ulid(2)}`,
      `2026-11-23.jsonl:1 ${ulid(3)}`,
    ])
  })

  it('is that of a folder of the repository as well, and of no other', async () => {
    const repository = new TempRepository()
    const root = repository.path('deep', 'project')
    put(root, DAY, noteLine(1))
    put(repository.root, DAY, noteLine(2))
    repository.commitAll('two logs')
    expect(await linesIn(root)).toEqual([`${DAY}:1 ${ulid(1)}`])
    expect(await linesIn(repository.root)).toEqual([`${DAY}:1 ${ulid(2)}`])
  })

  it.runIf(POSIX)('has only plain day files', async () => {
    const repository = new TempRepository()
    const { root } = repository
    put(root, DAY, noteLine(1))
    put(root, '2026-11-23.k3f9.jsonl', noteLine(2))
    put(root, 'notes.jsonl', noteLine(3))
    mkdirSync(join(root, '.kittify', 'events', 'more'))
    put(join(root, '.kittify', 'events', 'more'), DAY, noteLine(4))
    symlinkSync(DAY, join(root, '.kittify', 'events', '2026-11-24.jsonl'))
    repository.git('update-index', '--add', '--chmod=+x', `.kittify/events/${DAY}`)
    repository.git('add', '--all')
    repository.git('commit', '--quiet', '--message', 'all kinds')
    expect(await linesIn(root)).toEqual([`${DAY}:1 ${ulid(1)}`, `2026-11-23.k3f9.jsonl:1 ${ulid(2)}`])
  })

  it('ends with a whole event that lacks its newline, and without half of one', async () => {
    const repository = new TempRepository()
    put(repository.root, DAY, noteLine(1).trimEnd())
    put(repository.root, '2026-11-23.jsonl', noteLine(2).slice(0, -2))
    put(repository.root, '2026-11-24.jsonl', noteLine(3))
    repository.commitAll('tails')
    expect(await linesIn(repository.root)).toEqual([`${DAY}:1 ${ulid(1)}`, `2026-11-24.jsonl:1 ${ulid(3)}`])
  })

  it.runIf(POSIX)('is that of a folder whose name has newlines', async () => {
    const repository = new TempRepository()
    const root = repository.path('a\nb\n')
    put(root, DAY, noteLine(1))
    repository.commitAll('a log')
    expect(await linesIn(root)).toEqual([`${DAY}:1 ${ulid(1)}`])
  })

  it('has each line of a file that git gives in parts, and no part without a line', async () => {
    const repository = new TempRepository()
    const long = (seed: number) =>
      noteLine(seed, { payload: { feature_slug: '001-login', text: 'x'.repeat(90_000) } })
    const seeds = [1, 2, 3, 4, 5, 6, 7]
    put(repository.root, DAY, seeds.map(long).join(''))
    put(repository.root, '2026-11-23.jsonl', '\n')
    repository.commitAll('long lines')
    const found: string[] = []
    for await (const batch of linesAtRevision(
      repository.root,
      repository.path('.kittify', 'events'),
      'HEAD',
    )) {
      expect(batch).not.toHaveLength(0)
      found.push(...batch.map(({ line, event }) => `${line} ${event?.event_id}`))
    }
    expect(found).toEqual(seeds.map((seed) => `${seed} ${ulid(seed)}`))
  })

  it('is empty where the commit has none', async () => {
    expect(await linesIn(new TempRepository().root)).toEqual([])
  })

  it('cannot be told where git cannot', async () => {
    expect((await rejectionOf(linesIn(tempFolder()))).kind).toBe('GitFailure')
  })
})

describe('events that a stub from elsewhere hides', () => {
  const line = (seed: number): RawLine => ({
    event_id: ulid(seed),
    timestamp: note(seed).timestamp,
    bytes: Buffer.from(noteLine(seed)),
  })
  const stub = (seed: number): RawLine => ({
    ...line(seed),
    bytes: Buffer.from(encodeEvent(stubOf(note(seed), 'a token'))),
  })

  async function cloneWith(inJournal: readonly RawLine[], inArchive: readonly RawLine[]) {
    const root = tempFolder()
    const journal = new FileJournal(join(root, 'journal.jsonl'))
    if (inJournal.length > 0) {
      journal.rewrite([...inJournal])
    }
    const archive = new FileArchive(join(root, 'events'))
    await archive.begin([inArchive], '2026-11-22')
    return { journal, archive, redactions: new Redactions(root) }
  }

  it('are those whose full lines this clone still has, in its journal or its archive', async () => {
    const { journal, archive, redactions } = await cloneWith(
      [line(1), line(2), stub(6)],
      [line(3), line(4), stub(5)],
    )
    redactions.record([
      ...[1, 3, 5, 6, 7].map((seed) => ({ verdict: 'elsewhere' as const, event: stubOf(note(seed), 'x') })),
      { verdict: 'here', event: stubOf(note(2), 'x') },
    ])
    expect(await hiddenEvents(redactions, journal, archive)).toEqual([ulid(1), ulid(3)])
  })

  it('are named once, though both have them', async () => {
    const { journal, archive, redactions } = await cloneWith([line(1)], [line(1)])
    redactions.record([{ verdict: 'elsewhere', event: stubOf(note(1), 'x') }])
    expect(await hiddenEvents(redactions, journal, archive)).toEqual([ulid(1)])
    expect(await keptLines(new Set([ulid(1)]), journal, archive)).toEqual([line(1), line(1)])
  })

  it('have a full line, which a stub and what is no event are not', () => {
    expect(fullEvent(line(1))).toEqual(note(1))
    expect(fullEvent(stub(1))).toBeUndefined()
    expect(fullEvent({ ...line(1), bytes: Buffer.from('{}\n') })).toBeUndefined()
  })
})
