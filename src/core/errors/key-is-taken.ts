import { KittyError } from './kitty-error.js'

/** The fields of an event that tell which operation it belongs to. */
export interface KeyedEvent {
  readonly event_id: string
  readonly event_type: string
  readonly entity_id: string
  readonly actor: string
  readonly payload: { readonly feature_slug?: unknown }
}

/** An operation that may have run before. */
export interface Repeatable<Event extends KeyedEvent = KeyedEvent> {
  readonly provenance: { readonly actor: string }
  readonly feature?: unknown
  readonly workPackage?: unknown
  /**
   * Whether the events of this key are what the request asks for: same types, same values. Without it, the same feature
   * and package are enough. The actor is always compared.
   */
  readonly repeats?: (earlier: readonly Event[]) => boolean | Promise<boolean>
}

/**
 * Lets a repeated operation return its first events only when it asks for the same thing. Otherwise, an idempotency key
 * used for another package, lane or text would report "done" with someone else's event.
 * @throws KittyError UsageError naming what the key was used for
 */
export async function assertSameOperation<Event extends KeyedEvent>(
  key: string,
  earlier: readonly Event[],
  request: Repeatable<Event>,
): Promise<void> {
  const actor = request.provenance.actor.normalize()
  const isSameActor = earlier.every((event) => event.actor.normalize() === actor)
  const isSame =
    request.repeats === undefined ? isSamePlace(earlier, request) : await request.repeats(earlier)
  if (!isSameActor || !isSame) throw keyIsTaken(key, earlier)
}

function isSamePlace(earlier: readonly KeyedEvent[], { feature, workPackage }: Repeatable<never>): boolean {
  return earlier.every(
    (event) =>
      (typeof feature !== 'string' || event.payload.feature_slug === feature) &&
      (typeof workPackage !== 'string' || event.entity_id === workPackage),
  )
}

/** The error for an idempotency key that another operation has used. */
export function keyIsTaken(key: string, earlier: readonly KeyedEvent[]): KittyError {
  const [event] = earlier
  const used =
    event === undefined
      ? 'another operation'
      : `${event.event_type} of ${event.entity_id} in ${String(event.payload.feature_slug)}, by ${event.actor}`
  return new KittyError('UsageError', `The idempotency key ${key} was used for ${used}.`, {
    nextSteps: ['Use a key of its own for every operation.'],
    context: { causation_id: key, event_ids: earlier.map(({ event_id }) => event_id) },
  })
}
