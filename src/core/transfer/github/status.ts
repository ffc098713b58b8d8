import type { LaneRole } from '../document.js'

/** Returns the GitHub state for a lane: open, closed, or closed as not planned. */
export function githubStatus(role: LaneRole): string {
  if (role === 'dropped') return 'not_planned'
  return role === 'done' ? 'closed' : 'open'
}
