import type { LaneRole } from '../document.js'

/** The three statuses of a new Backlog.md project; an export's config.yml names them. */
export const BACKLOG_STATUSES = ['To Do', 'In Progress', 'Done'] as const

/** Returns the status that a lane is exported as, which is also the only status under which the lane's label counts. */
export function backlogStatus(role: LaneRole): string {
  const [first, between, last] = BACKLOG_STATUSES
  if (role === 'done' || role === 'dropped') return last
  return role === 'working' || role === 'review' ? between : first
}
