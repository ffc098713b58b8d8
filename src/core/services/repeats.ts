import type { LogEvent } from '../events-lib.js'

/** A request that tells whether the events of its idempotency key are what it asks for. */
export interface Repeats {
  readonly repeats: (earlier: readonly LogEvent[]) => boolean | Promise<boolean>
}

/** Whether it is an event of that entity: a package, a gate, a feature. */
export function isOf(event: LogEvent, feature: string, entity: string): boolean {
  return event.payload.feature_slug === feature && event.entity_id === entity
}
