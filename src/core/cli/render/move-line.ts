import type { MoveResult } from '../../services/move-task.js'

/** What a move did, in one line. */
export function moveLine({ work_package, old_status, new_status, feature, event }: MoveResult): string {
  return `${work_package}: ${old_status} → ${new_status} (${feature}, ${event.actor})`
}
