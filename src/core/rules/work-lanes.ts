import { isReviewLane, movesFrom, validTransitions, type WorkflowTable } from '../events-lib.js'

/** True for a lane that is worked in to judge someone's work, such as `in_review`. */
export function isReviewWork(table: WorkflowTable, lane: string): boolean {
  return table.working.includes(lane) && isReviewLane(lane)
}

/** True for a lane in which finished work waits for a verdict, such as `for_review`. */
export function awaitsReview(table: WorkflowTable, lane: string): boolean {
  if (table.working.includes(lane) || table.done.includes(lane)) return false
  const named = table.lanes.filter((one) => isReviewLane(one) && !table.working.includes(one))
  return named.length > 0 ? named.includes(lane) : lane !== table.initial && leadsToDone(table, lane)
}

/** True for a lane that sends work back to the one who did it, such as `rejected`. */
export function isSentBack(table: WorkflowTable, lane: string): boolean {
  if (lane === table.initial || table.working.includes(lane) || !table.lanes.includes(lane)) return false
  if (table.done.includes(lane) || table.dropped.includes(lane) || awaitsReview(table, lane)) return false
  if (NAMES_BLOCKED.test(lane) || leadsToDone(table, lane)) return false
  return validTransitions(table, lane).some((to) => table.working.includes(to))
}

/** True for a lane in which the work is handed over: finished, or one verdict away from it. */
export function isHandedOver(table: WorkflowTable, lane: string): boolean {
  if (table.working.includes(lane)) return false
  return table.done.includes(lane) || awaitsReview(table, lane) || leadsToDone(table, lane)
}

/**
 * The lane that a claim moves a package to: the first working lane or, for work that waits for a verdict, the lane of
 * reviewing. Undefined if there is none.
 */
export function claimedLane(table: WorkflowTable, from: string): string | undefined {
  if (!isHandedOver(table, from)) return table.working[0]
  return validTransitions(table, from).find((to) => isReviewWork(table, to))
}

const NAMES_BLOCKED = /block/i

function leadsToDone(table: WorkflowTable, lane: string): boolean {
  return movesFrom(table, lane).some((move) => move.forcedOnly !== true && table.done.includes(move.to))
}
