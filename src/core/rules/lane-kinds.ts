import type { WorkflowTable } from '../events-lib.js'
import { reviewLane } from './lane-words.js'
import { isSentBack } from './work-lanes.js'

/** What a lane means for someone who looks for work, in the order in which lists show it. */
const KINDS = ['working', 'rework', 'review', 'waiting', 'other', 'done', 'dropped'] as const
export type LaneKind = (typeof KINDS)[number]

export function laneKind(lane: string, table: WorkflowTable): LaneKind {
  // A lane of another table: shown as it is, and offered to no one.
  if (!table.lanes.includes(lane)) return 'other'
  if (table.done.includes(lane)) return 'done'
  if (table.dropped.includes(lane)) return 'dropped'
  if (table.working.includes(lane)) return 'working'
  if (lane === table.initial) return 'waiting'
  if (lane === reviewLane(table)) return 'review'
  return isSentBack(table, lane) ? 'rework' : 'other'
}

/** The place of a lane in a list: what is in work comes first, what is over comes last. */
export function laneRank(lane: string, table: WorkflowTable): number {
  return KINDS.indexOf(laneKind(lane, table))
}
