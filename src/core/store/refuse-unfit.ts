import { KittyError } from '../errors/kitty-error.js'
import { secretIn } from '../errors/secrets.js'
import { checkNew, encodeEvent, type LogEvent, type Registry } from '../events-lib.js'

/**
 * @throws KittyError ValidationError for the first event that may not be written: one that breaks a rule for new events,
 * or that seems to hold a secret
 */
export function refuseUnfit(events: readonly LogEvent[], registry: Registry): void {
  for (const event of events) {
    const line = encodeEvent(event)
    refuseInvalid(event, registry, Buffer.byteLength(line))
    refuseSecret(event, line)
  }
}

function refuseInvalid(event: LogEvent, registry: Registry, byteLength: number): void {
  const [fault, ...others] = checkNew(event, registry, byteLength)
  if (fault === undefined) return
  throw new KittyError('ValidationError', `The ${event.event_type} event is not valid: ${fault}.`, {
    nextSteps: ['Correct the value and run the command again; nothing was written.'],
    context: { event_type: event.event_type, faults: [fault, ...others] },
  })
}

/** @param line the event as it is about to be written; the message names only the secret's kind */
function refuseSecret(event: LogEvent, line: string): void {
  const kind = secretIn(line)
  if (kind === undefined) return
  throw new KittyError(
    'ValidationError',
    `The ${event.event_type} event holds what looks like ${kind}. Nothing was written: git would carry it to everyone.`,
    {
      nextSteps: [
        'Write it without the secret and run the command again.',
        'If anybody may have seen the secret, have it revoked.',
      ],
      context: { event_type: event.event_type, secret: kind },
    },
  )
}
