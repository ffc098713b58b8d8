import { isDeepStrictEqual } from 'node:util'
import type { Ordered } from '../events-lib.js'
import type { IndexReader } from './event-index.js'
import type { SqliteReader } from './sqlite/sqlite-reader.js'
import { ATTACH, countWhere, DETACH, EQUAL_ROWS, PAGE_END, STORED_COUNT } from './sqlite/sqlite-statements.js'

/** Rows per comparison. */
const PAGE = 2_000
/** Rows per comparison in SQLite, each a fraction of a second: a statement has a time limit. */
const STORED_PAGE = 100_000

/** Whether two indexes have the same rows of events. One of them is in memory, and so the log is small. */
export async function sameRows(a: IndexReader, b: IndexReader): Promise<boolean> {
  let after: Ordered | undefined = { lamport_clock: -1, event_id: '' }
  while (after !== undefined) {
    const rows = await a.locate({ after, limit: PAGE })
    if (!isDeepStrictEqual(rows, await b.locate({ after, limit: PAGE }))) return false
    after = rows.at(-1)
  }
  return true
}

/**
 * Whether an index in SQLite has the same rows as the one at `path`, a file that was checked when it was opened. SQLite
 * compares them in a fraction of the time that it takes to hand them over.
 * @throws IndexUnusable when SQLite reports anything other than success
 */
export async function hasStoredRows(
  index: SqliteReader,
  path: string,
  pageRows = STORED_PAGE,
): Promise<boolean> {
  await index.sql(ATTACH, [path])
  try {
    const count = async (sql: string, values: readonly number[] = []): Promise<number> =>
      (await index.one<{ n: number }>(sql, values)).n
    const stored = await count(STORED_COUNT)
    if (stored !== (await count(countWhere('')))) return false
    for (const equalRows of EQUAL_ROWS) {
      let equal = 0
      for (let after = 0; after < Number.MAX_SAFE_INTEGER;) {
        const [end] = await index.sql<{ last: number }>(PAGE_END, [after, pageRows - 1])
        const last = end?.last ?? Number.MAX_SAFE_INTEGER
        equal += await count(equalRows, [after, last])
        after = last
      }
      if (equal === stored) return true
    }
    return false
  } finally {
    await index.sql(DETACH)
  }
}
