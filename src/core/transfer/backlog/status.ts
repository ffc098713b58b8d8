import type { LaneRole } from '../document.js'

/** The three statuses Backlog.md starts a project with; an export's config.yml names them. */
export const BACKLOG_STATUSES = ['To Do', 'In Progress', 'Done'] as const

/** What an export calls a lane, and the status under which a lane's label counts. */
export function backlogStatus(role: LaneRole): string {
  const [first, between, last] = BACKLOG_STATUSES
  if (role === 'done' || role === 'dropped') return last
  return role === 'working' || role === 'review' ? between : first
}
