import { type Conflict, detectConflicts, type LogEvent, type MergeOptions } from '../events-lib.js'
import { settlerOf } from '../index/ingest/conflict-resolution.js'
import type { ConflictDetailDocument, ConflictDocument, EventDocument } from './board-document.js'
import { eventDocument } from './documents.js'

/** Returns every concurrent change ever made to these entities, open or settled, with the event that settled it. */
export function conflictDetails(history: readonly LogEvent[], rules: MergeOptions): ConflictDetailDocument[] {
  const events = new Map(history.map((event) => [event.event_id, event]))
  return detectConflicts(history, rules).map((conflict) => ({
    ...conflict,
    events: conflict.events.map((write) => ({
      ...write,
      parents: events.get(write.event_id)?.parents ?? null,
    })),
    settled_by: documentOf(settlerOf(conflict, history)),
  }))
}

/** Returns the open conflicts among packages and features, by feature, entity and register. */
export function openConflicts(
  packages: readonly { readonly conflicts: readonly Conflict[] }[],
  features: readonly { readonly conflicts: readonly Conflict[] }[],
): ConflictDocument[] {
  return [...features, ...packages].flatMap((one) => one.conflicts).sort(byPlace)
}

/** Identifies a conflict by its place and the writes in it. */
export function conflictName({ feature, entity_id, register, events }: ConflictDocument): string {
  return JSON.stringify([feature, entity_id, register, ...events.map((write) => write.event_id)])
}

export function byPlace(a: ConflictDocument, b: ConflictDocument): number {
  const [left, right] = [a, b].map(({ feature, entity_id, register, events }) =>
    [feature, entity_id, register, events[0]?.event_id ?? ''].join('\0'),
  )
  return left === right ? 0 : (left ?? '') < (right ?? '') ? -1 : 1
}

function documentOf(event: LogEvent | undefined): EventDocument | null {
  return event === undefined ? null : eventDocument(event)
}
