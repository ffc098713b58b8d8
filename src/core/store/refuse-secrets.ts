import { KittyError } from '../errors/kitty-error.js'
import { secretIn } from '../errors/secrets.js'
import { encodeEvent, type LogEvent } from '../events-lib.js'

/** @throws KittyError ValidationError for an event that holds what looks like a secret; it says of what kind, never which. */
export function refuseSecrets(events: readonly LogEvent[]): void {
  for (const event of events) {
    const kind = secretIn(encodeEvent(event))
    if (kind === undefined) continue
    throw new KittyError(
      'ValidationError',
      `The ${event.event_type} event holds what looks like ${kind}. Nothing was written: git would carry it to everyone, and an event is never taken out again.`,
      {
        nextSteps: [
          'Write it without the secret and run the command again.',
          'If anybody may have seen the secret, have it revoked.',
        ],
        context: { event_type: event.event_type, secret: kind },
      },
    )
  }
}
