import type { LaneRole } from '../document.js'

/** The priority beads gives an issue without one. It reads a missing priority as 0, its highest. */
export const BEADS_MEDIUM = 2
/** Used in the label of a package without a priority. */
export const NO_PRIORITY = 'none'

/** Returns the status that a lane is exported as, which is also the only status under which the lane's label counts. */
export function beadsStatus(role: LaneRole, lane: string): string {
  if (lane === 'blocked') return 'blocked'
  if (role === 'done' || role === 'dropped') return 'closed'
  return role === 'working' || role === 'review' ? 'in_progress' : 'open'
}
