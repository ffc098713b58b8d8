import { isKittyEvent, type EventType, type KittyEvent, type LogEvent } from '../events-lib.js'
import type { Provenance } from '../store/event-store.js'
import { keyIsTaken } from '../errors/key-is-taken.js'

export type EventOf<Type extends EventType> = Extract<KittyEvent, { event_type: Type }>

/**
 * The event an operation has written, or had written when it was carried out the first time.
 * @throws KittyError UsageError when the idempotency key belongs to an operation of another kind.
 */
export function firstEvent<Type extends EventType>(
  type: Type,
  events: readonly LogEvent[],
  provenance: Provenance,
): EventOf<Type> {
  // Cast: the type was just compared; narrowing by a generic is beyond the compiler.
  const event = events.find((candidate) => isKittyEvent(candidate) && candidate.event_type === type) as
    EventOf<Type> | undefined
  if (event !== undefined) return event
  throw keyIsTaken(provenance.causationId ?? '', events)
}
