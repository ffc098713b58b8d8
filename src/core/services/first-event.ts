import { KittyError } from '../errors/kitty-error.js'
import { isKittyEvent, type EventType, type KittyEvent, type LogEvent } from '../events-lib.js'
import type { Provenance } from '../store/event-store.js'

type Of<Type extends EventType> = Extract<KittyEvent, { event_type: Type }>

/**
 * The event an operation has written, or had written when it was carried out the first time.
 * @throws KittyError UsageError when the idempotency key belongs to an operation of another kind.
 */
export function firstEvent<Type extends EventType>(
  type: Type,
  events: readonly LogEvent[],
  { causationId }: Provenance,
): Of<Type> {
  // Cast: the type was just compared; narrowing by a generic is beyond the compiler.
  const event = events.find((candidate) => isKittyEvent(candidate) && candidate.event_type === type) as
    Of<Type> | undefined
  if (event !== undefined) return event
  throw new KittyError(
    'UsageError',
    `The idempotency key ${causationId ?? ''} belongs to another operation.`,
    {
      nextSteps: [
        'Use a key of its own for every operation.',
        `kitty agent events list --causation ${causationId ?? ''}`,
      ],
      context: { causation_id: causationId },
    },
  )
}
