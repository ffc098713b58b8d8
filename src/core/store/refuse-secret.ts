import { KittyError } from '../errors/kitty-error.js'
import { secretIn } from '../errors/secrets.js'
import type { LogEvent } from '../events-lib.js'

/**
 * @param line the event as it is about to be written
 * @throws KittyError ValidationError for an event that seems to hold a secret. The message names only its kind.
 */
export function refuseSecret(event: LogEvent, line: string): void {
  const kind = secretIn(line)
  if (kind === undefined) return
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
