import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventIndex } from '../../../src/core/index/event-index.js'
import type { IndexRow } from '../../../src/core/index/index-row.js'
import { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import { fillIndex } from '../../../src/core/index/sqlite/rebuild.js'
import { hasStoredRows } from '../../../src/core/index/same-rows.js'
import type { SqliteEventIndex } from '../../../src/core/index/sqlite/sqlite-event-index.js'
import { JsonlEventLog } from '../../../src/core/log/jsonl-event-log.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'
import { ulid } from '../../support/events.js'
import { tempFolder } from '../../support/temp-folder.js'

const COUNT = 30

function rowOf(n: number, changes: Partial<IndexRow> = {}): IndexRow {
  return {
    event_id: ulid(n),
    // Three events share a clock.
    lamport_clock: Math.ceil(n / 3),
    entity_id: 'WP01',
    entity_type: 'WorkPackage',
    event_type: 'NoteAdded',
    feature_slug: '001-demo',
    timestamp: '2026-11-22T10:00:00.000Z',
    date: '2026-11-22',
    actor: 'ada',
    causation_id: null,
    correlation_id: null,
    work_package_id: 'WP01',
    file: '2026-11-22.jsonl',
    line: n,
    offset: n * 100,
    length: 100,
    ...changes,
  }
}

const rows = Array.from({ length: COUNT }, (_, at) => rowOf(at + 1))
const changed = (n: number, changes: Partial<IndexRow>): IndexRow[] =>
  rows.map((row, at) => (at === n - 1 ? { ...row, ...changes } : row))

/** Another value for each column but the ID. */
const CHANGES: readonly Partial<IndexRow>[] = [
  { lamport_clock: 6 },
  { entity_id: 'WP02' },
  { entity_type: 'Gate' },
  { event_type: 'TagsChanged' },
  { feature_slug: '001-Demo' },
  { timestamp: '2026-11-22T10:00:00.001Z' },
  { date: '2026-11-23' },
  { actor: 'Ada' },
  { causation_id: '' },
  { correlation_id: 'run-1' },
  { work_package_id: null },
  { file: '2026-11-21.jsonl' },
  { line: 16 },
  { offset: 0 },
  { length: 101 },
]

const kinds: Readonly<Record<string, () => Promise<EventIndex>>> = {
  'in SQLite': sqliteIndex,
  'in memory': async () => new MemoryEventIndex(),
}
const pairs = Object.entries(kinds).flatMap(([one, make]) =>
  Object.entries(kinds).map(([other, makeOther]) => ({ one, other, make, makeOther })),
)

let folder: string
const open: EventIndex[] = []
beforeEach(() => {
  folder = tempFolder()
})
afterEach(async () => {
  for (const index of open.splice(0)) await index.close()
})

async function sqliteIndex(): Promise<SqliteEventIndex> {
  const log = new JsonlEventLog(
    { eventsDir: join(folder, 'events'), errorsDir: join(folder, 'errors') },
    new FileJournal(join(folder, 'journal')),
  )
  const { index } = await fillIndex(log, join(folder, `index-${open.length}.db`), {})
  open.push(index)
  return index
}

async function filled<Index extends EventIndex>(
  make: () => Promise<Index>,
  of: readonly IndexRow[],
): Promise<Index> {
  const index = await make()
  await index.write((writer) => writer.insert(of))
  return index
}

describe.each(pairs)('an index $one next to one $other', ({ make, makeOther }) => {
  const has = async (own: readonly IndexRow[], other: readonly IndexRow[]): Promise<boolean> =>
    (await filled(make, own)).hasRowsOf(await filled(makeOther, other))

  it('has the same rows when both are empty, and when the rows came in another order', async () => {
    expect([await has([], []), await has(rows, [...rows].reverse())]).toEqual([true, true])
  })

  it('has other rows when one row more is in either', async () => {
    const fewer = rows.slice(1)
    expect([await has(fewer, rows), await has(rows, fewer), await has([], rows)]).toEqual([
      false,
      false,
      false,
    ])
  })

  it('has other rows when one row has another ID', async () => {
    expect(await has(rows, changed(15, { event_id: ulid(900) }))).toBe(false)
  })

  it('has other rows when a single value of one row is another', async () => {
    const index = await filled(make, rows)
    const other = await filled(makeOther, rows)
    const found: unknown[] = []
    for (const change of CHANGES) {
      await other.write((writer) => writer.relocate(rowOf(15, change)))
      if (await index.hasRowsOf(other)) found.push(change)
      await other.write((writer) => writer.relocate(rowOf(15)))
    }
    expect(found).toEqual([])
    expect(await index.hasRowsOf(other)).toBe(true)
  })
})

describe('the rows of two indexes in SQLite', () => {
  it('are compared whole in pages of any size', async () => {
    const index = await filled(sqliteIndex, rows)
    const other = await filled(sqliteIndex, rows)
    const same = (page: number): Promise<boolean> => hasStoredRows(index, other.path, page)
    for (const page of [1, 2, 3, 7, COUNT]) {
      expect([page, await same(page)]).toEqual([page, true])
      for (const n of [1, 2, 15, COUNT]) {
        await other.write((writer) => writer.relocate(rowOf(n, { line: 900 })))
        expect([page, n, await same(page)]).toEqual([page, n, false])
        await other.write((writer) => writer.relocate(rowOf(n)))
      }
    }
  })

  it('can be compared after a comparison that failed', async () => {
    const index = await filled(sqliteIndex, rows)
    const other = await filled(sqliteIndex, rows)
    writeFileSync(
      join(folder, 'text.db'),
      'no database, only text, and enough of it to have a header\n'.repeat(20),
    )
    await expect(hasStoredRows(index, join(folder, 'text.db'))).rejects.toThrow('not a database')
    await expect(hasStoredRows(index, join(folder, 'none', 'index.db'))).rejects.toThrow('unable to open')
    expect(await hasStoredRows(index, other.path)).toBe(true)
  })
})
