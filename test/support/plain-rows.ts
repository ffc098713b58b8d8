import { emptyWorkPackage } from '../../src/core/events-lib.js'
import { type BoardRow, boardRowOf } from '../../src/core/index/board-row.js'

const NAMES = Object.keys(boardRowOf(emptyWorkPackage('001-login', 'WP01', undefined)))

/** Rows of an index as plain objects, to compare them: they are views. */
export function plainRows(rows: readonly BoardRow[]): object[] {
  return rows.map((row) => Object.fromEntries(NAMES.map((name) => [name, row[name as keyof BoardRow]])))
}
