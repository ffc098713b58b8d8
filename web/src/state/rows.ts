import type { BoardMessage, FeatureRow, Row, WorkPackageDocument } from './documents.js'
import { current, update } from './store.js'

export const isPackage = (row: Row): row is WorkPackageDocument => 'work_package' in row
export const keyOf = (row: Row): string =>
  isPackage(row) ? `${row.feature}/${row.work_package}` : row.feature

/** Puts a message's rows on the board. A reset that is not complete changes nothing. @returns whether it did */
export function takeIn(message: BoardMessage): boolean {
  const isReset = message.type === 'reset'
  if (isReset && message.rows.length !== message.count) return false
  const packages = new Map(isReset ? [] : current().packages)
  const features = new Map(isReset ? [] : current().features)
  if (!isReset) for (const key of message.gone) if (!packages.delete(key)) features.delete(key)
  for (const row of message.rows) {
    if (isPackage(row)) packages.set(keyOf(row), row)
    else features.set(row.feature, row)
  }
  const { taken } = current()
  const isGone = taken !== undefined && !packages.has(taken.key)
  update({ packages, features, hasBoard: true, failure: undefined, ...(isGone && { taken: undefined }) })
  return true
}

/** The board as one message, for a tab that has just come. */
export function wholeBoard(id: string): BoardMessage {
  const { packages, features } = current()
  const rows: (WorkPackageDocument | FeatureRow)[] = [...features.values(), ...packages.values()]
  return { type: 'reset', id, rows, count: rows.length, reason: 'another tab' }
}
