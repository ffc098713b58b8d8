import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Connection } from '../../src/core/index/sqlite/connection.js'
import { createSchema } from '../../src/core/index/sqlite/data-source.js'
import { type IndexRow, rowOf } from '../../src/core/index/index-row.js'
import { MemoryEventIndex } from '../../src/core/index/memory-event-index.js'
import { SqliteEventIndex } from '../../src/core/index/sqlite/sqlite-event-index.js'
import { afterEveryTest } from './clean-up.js'
import { note } from './events.js'
import { tempFolder } from './temp-folder.js'

const open: SqliteEventIndex[] = []
afterEveryTest(async () => {
  // A test may have closed it.
  for (const index of open.splice(0)) await index.close().catch(() => undefined)
})

/** The bytes of an empty index: making its tables takes longer than most tests of it. */
let empty: Buffer | undefined

/** An empty index in a file of its own, closed after the test. */
export async function emptySqliteIndex(): Promise<SqliteEventIndex> {
  const path = join(tempFolder(), 'index.db')
  if (empty === undefined) {
    await createSchema(path)
    empty = readFileSync(path)
  } else writeFileSync(path, empty)
  const index = new SqliteEventIndex(await Connection.open(path, 'open'))
  open.push(index)
  return index
}

/** What keeps the rows of an index, and how to make an empty one. */
export const INDEX_KINDS = [
  { kind: 'memory', make: async (): Promise<MemoryEventIndex> => new MemoryEventIndex() },
  { kind: 'sqlite', make: emptySqliteIndex },
] as const

const DAY = '2026-11-22.jsonl'

/** The row of `note(seed)`, on the line of that number in its day's file, with any column replaced. */
export function noteRow(seed: number, changes: Partial<IndexRow> = {}): IndexRow {
  return { ...rowOf(note(seed), { file: DAY, line: seed, offset: seed * 100, length: 100 }), ...changes }
}

/** The row of the event that creates a gate for a package. */
export function gateRow(
  seed: number,
  gate: string,
  workPackage: string,
  changes: Partial<IndexRow> = {},
): IndexRow {
  return noteRow(seed, {
    event_type: 'GateCreated',
    entity_type: 'Gate',
    entity_id: gate,
    work_package_id: workPackage,
    ...changes,
  })
}
