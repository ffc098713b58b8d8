import type { LaneRole } from '../document.js'

/** What beads gives an issue without a priority; a missing one it reads as 0, its highest. */
export const BEADS_MEDIUM = 2
/** In the label of a package that has none. */
export const NO_PRIORITY = 'none'

/** What beads calls a lane: the status an export writes, and the one under which a lane's label counts. */
export function beadsStatus(role: LaneRole, lane: string): string {
  if (lane === 'blocked') return 'blocked'
  if (role === 'done' || role === 'dropped') return 'closed'
  return role === 'working' || role === 'review' ? 'in_progress' : 'open'
}
