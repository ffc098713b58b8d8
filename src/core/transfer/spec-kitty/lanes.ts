import { wordTable } from '../roles.js'
import type { LaneRole } from '../document.js'

/** spec-kitty's lanes, including those of its earlier versions. */
export const NINE_LANES = wordTable<LaneRole>({
  genesis: 'initial',
  uninitialized: 'initial',
  planned: 'initial',
  claimed: 'working',
  in_progress: 'working',
  doing: 'working',
  for_review: 'review',
  in_review: 'review',
  approved: 'review',
  done: 'done',
  blocked: 'stopped',
  canceled: 'dropped',
})

/** The key in a move's metadata by which kitty recognizes a line from its own export. */
export const EXPORTED = 'kitty:export'

/** The key of the move that every package of spec-kitty begins with, where kitty's history has no such move. */
export const SEED = 'kitty:seed'

/** Returns which of the nine lanes a lane of another table is written as. */
export function nineLane(role: LaneRole, lane: string): string {
  if (Object.hasOwn(NINE_LANES, lane) && lane !== 'doing') return lane
  switch (role) {
    case 'working':
      return 'in_progress'
    case 'review':
      return 'for_review'
    case 'done':
      return 'done'
    case 'dropped':
      return 'canceled'
    case 'stopped':
      return 'blocked'
    default:
      return 'planned'
  }
}
