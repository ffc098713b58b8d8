import type { WorkflowTable } from '../events-lib.js'
import type { LaneRole } from './document.js'

/**
 * A table of words, to be looked up by what a source says: it has no word but its own, and not those of every object,
 * such as `constructor`.
 */
export function wordTable<T>(words: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  // Cast: an object without a prototype has no type of its own.
  return Object.assign(Object.create(null) as Record<string, T>, words)
}

/** Lanes whose purpose everyone knows, even if the table does not declare it. */
const BY_NAME: ReadonlyMap<string, LaneRole> = new Map([
  ['for_review', 'review'],
  ['in_review', 'review'],
  ['approved', 'review'],
  ['blocked', 'stopped'],
  ['rejected', 'initial'],
])

/** Lanes to prefer when a role has several. */
const PREFERRED: Readonly<Record<LaneRole, readonly string[]>> = {
  initial: ['planned'],
  working: ['doing', 'in_progress'],
  review: ['for_review'],
  done: ['done'],
  dropped: ['canceled'],
  stopped: ['blocked'],
}

/**
 * Returns what a lane of this table is for. A custom lane that the table says nothing about counts as work in progress.
 */
export function roleOf(lane: string, table: WorkflowTable): LaneRole {
  if (lane === table.initial) return 'initial'
  if (table.done.includes(lane)) return 'done'
  if (table.dropped.includes(lane)) return 'dropped'
  const named = BY_NAME.get(lane)
  if (named !== undefined) return named
  return /review/.test(lane) ? 'review' : 'working'
}

/** Returns this table's lane for a role; undefined if it has none. */
export function laneFor(role: LaneRole, table: WorkflowTable): string | undefined {
  const lanes = table.lanes.filter((lane) => roleOf(lane, table) === role)
  return PREFERRED[role].find((lane) => lanes.includes(lane)) ?? lanes[0]
}
