import { createHash } from 'node:crypto'
import { isName, type LogEvent } from '../events-lib.js'

/**
 * The key of an event under its package's new ID.
 * @param part tells apart what else the same renumbering writes. A key is a name: one that is too long, or has characters
 * that no name has, gets a hash of the part
 */
export function renumberKey(event: Pick<LogEvent, 'event_id'>, part?: string): string {
  const key = `renumber:${event.event_id}`
  if (part === undefined) return key
  const whole = `${key}:${part}`
  return isName(whole) ? whole : `${key}:~${createHash('sha256').update(part).digest('hex')}`
}

/** The ID of the event that one with this key repeats under a new ID; undefined for any other key. */
export function repeatedEvent(key: string | null): string | undefined {
  return /^renumber:([0-9A-Z]{26})$/.exec(key ?? '')?.[1]
}
