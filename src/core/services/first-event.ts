import { type EventType, isKittyEvent, type KittyEvent, type LogEvent } from '../events-lib.js'
import type { Provenance } from '../store/event-store.js'
import { keyIsTaken } from '../errors/key-is-taken.js'
import type { MadeMove } from '../rules/move-rule.js'

export type EventOf<Type extends EventType> = Extract<KittyEvent, { event_type: Type }>

/**
 * The event that an operation has written, now or when it first ran with the same key.
 * @throws KittyError UsageError if the idempotency key belongs to another kind of operation; Error if the operation has
 * written no such event itself
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
  if (provenance.causationId === null || events.length === 0)
    throw new Error(`no ${type} after it was written`)
  throw keyIsTaken(provenance.causationId, events)
}

/** A request that can tell whether the events of its idempotency key are the ones it asks for. */
export interface Repeats {
  readonly repeats: (earlier: readonly LogEvent[]) => boolean | Promise<boolean>
}

/** True if the event is about that entity: a package, a gate or a feature. */
export function isOf(event: LogEvent, feature: string, entity: string): boolean {
  return event.payload.feature_slug === feature && event.entity_id === entity
}

/** True if the event is a move. */
export function isMove(event: LogEvent): event is EventOf<'WPStatusChanged'> {
  return isKittyEvent(event) && event.event_type === 'WPStatusChanged'
}

/**
 * True if a move gave the package to this session, or took it from there. A move that names the holder, or what it takes
 * back, has the session of that holder instead.
 */
export function isOfSession(
  { payload: { holder = null, undo = null, session = null } }: EventOf<'WPStatusChanged'>,
  provenance: Provenance,
): boolean {
  return holder !== null || undo !== null || session === (provenance.session ?? null)
}

/** @param repeated true if an earlier run of the same operation made the move */
export function madeMove(event: EventOf<'WPStatusChanged'>, repeated: boolean): MadeMove {
  const { feature_slug, old_status, new_status } = event.payload
  return {
    feature: feature_slug,
    workPackage: event.entity_id,
    from: old_status,
    to: new_status,
    event,
    repeated,
  }
}
