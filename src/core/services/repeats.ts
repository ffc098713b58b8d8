import type { LogEvent } from '../events-lib.js'

/** A request that can tell whether the events of its idempotency key are the ones it asks for. */
export interface Repeats {
  readonly repeats: (earlier: readonly LogEvent[]) => boolean | Promise<boolean>
}

/** True if the event is about that entity: a package, a gate or a feature. */
export function isOf(event: LogEvent, feature: string, entity: string): boolean {
  return event.payload.feature_slug === feature && event.entity_id === entity
}
