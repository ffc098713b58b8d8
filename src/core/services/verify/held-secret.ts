import type { LogProblem } from '../../log/event-log.js'

/** The problem of an event that holds a secret; {@link eventsWithSecrets} finds the event in it. */
export function heldSecret(secret: string, eventId: string): string {
  return `event ${eventId} holds what looks like ${secret}: have it revoked, since git has carried it`
}

/** IDs of the events that these problems name. */
export function eventsWithSecrets(problems: readonly LogProblem[]): string[] {
  return [
    ...new Set(problems.flatMap(({ message }) => /^event ([0-9A-Z]{26}) holds /.exec(message)?.[1] ?? [])),
  ]
}
