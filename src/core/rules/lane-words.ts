import type { WorkflowTable } from '../events-lib.js'

/** A word for a move, whatever the project's workflow calls the lane. */
export type LaneWord = 'review' | 'done' | 'reject' | 'cancel' | 'reopen'

/** The lane that a word means in this workflow, or undefined when the workflow has none. */
export function laneOfWord(word: LaneWord, table: WorkflowTable): string | undefined {
  switch (word) {
    case 'review':
      return reviewLane(table)
    case 'done':
      return table.done[0]
    case 'reject':
      return table.lanes.find((lane) => lane === 'rejected') ?? laneAfterReview(table)
    case 'cancel':
      return table.dropped[0]
    case 'reopen':
      return table.initial
  }
}

/** The lane that waits for a reviewer. A working lane, such as `in_review`, has one already. */
export function reviewLane({ lanes, working }: WorkflowTable): string | undefined {
  return lanes.find((lane) => lane.includes('review') && !working.includes(lane))
}

/** Where a workflow without a lane for rejected work sends a package back to: into work. */
function laneAfterReview(table: WorkflowTable): string | undefined {
  const moves = table.moves[reviewLane(table) ?? ''] ?? []
  return moves.find(({ to }) => table.working.includes(to) && !to.includes('review'))?.to
}
