import { KittyError } from '../errors/kitty-error.js'
import type { Provenance } from '../store/event-store.js'

/** The refusal of an idempotency key that an operation of another kind has used. */
export function keyIsTaken({ causationId }: Provenance): KittyError {
  return new KittyError(
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
