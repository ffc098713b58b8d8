import { isKittyEvent, type EventType, type KittyEvent, type LogEvent } from '../events-lib.js'
import type { Provenance } from '../store/event-store.js'
import { keyIsTaken } from '../errors/key-is-taken.js'

export type EventOf<Type extends EventType> = Extract<KittyEvent, { event_type: Type }>

/**
 * The event that an operation has written, now or when it first ran with the same key.
 * @throws KittyError UsageError if the idempotency key belongs to another kind of operation
 */
export function firstEvent<Type extends EventType>(
  type: Type,
  events: readonly LogEvent[],
  provenance: Provenance,
): EventOf<Type> {
  // Cast: the type was just compared, but the compiler cannot narrow by a generic.
  const event = events.find((candidate) => isKittyEvent(candidate) && candidate.event_type === type) as
    EventOf<Type> | undefined
  if (event !== undefined) return event
  throw keyIsTaken(provenance.causationId ?? '', events)
}
