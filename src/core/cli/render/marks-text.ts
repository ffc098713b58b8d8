import type { MarkResult } from '../../services/mark-subtasks.js'

/** Which subtasks are marked, which were before, and whose they are. */
export function marksText({ updated, unchanged, events }: MarkResult, status: string): string {
  const packages = [...new Set(events.map((event) => event.entity_id))]
  return [
    ...(updated.length > 0 ? [`${updated.join(', ')}: ${status} (${packages.join(', ')})`] : []),
    ...(unchanged.length > 0 ? [`${unchanged.join(', ')}: ${status} already`] : []),
  ].join('\n')
}
