import type { WorkflowTable } from '../events-lib.js'
import type { LaneRole } from './document.js'

/** Lanes that a table need not declare for everyone to know what they are for. */
const BY_NAME: ReadonlyMap<string, LaneRole> = new Map([
  ['for_review', 'review'],
  ['in_review', 'review'],
  ['approved', 'review'],
  ['blocked', 'stopped'],
  ['rejected', 'initial'],
])

/** Lanes to look for first when a role has several. */
const PREFERRED: Readonly<Record<LaneRole, readonly string[]>> = {
  initial: ['planned'],
  working: ['doing', 'in_progress'],
  review: ['for_review'],
  done: ['done'],
  dropped: ['canceled'],
  stopped: ['blocked'],
}

/** What a lane of this table is for. A lane of one's own that the table says nothing about counts as work going on. */
export function roleOf(lane: string, table: WorkflowTable): LaneRole {
  if (lane === table.initial) return 'initial'
  if (table.done.includes(lane)) return 'done'
  if (table.dropped.includes(lane)) return 'dropped'
  const named = BY_NAME.get(lane)
  if (named !== undefined) return named
  return /review/.test(lane) ? 'review' : 'working'
}

/** The lane of this table for a role; undefined where the table has none. */
export function laneFor(role: LaneRole, table: WorkflowTable): string | undefined {
  const lanes = table.lanes.filter((lane) => roleOf(lane, table) === role)
  return PREFERRED[role].find((lane) => lanes.includes(lane)) ?? lanes[0]
}
