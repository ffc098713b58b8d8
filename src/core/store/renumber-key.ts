import type { LogEvent } from '../events-lib.js'

/** The key of an event under its package's new ID. */
export function renumberKey(event: Pick<LogEvent, 'event_id'>): string {
  return `renumber:${event.event_id}`
}

/** The ID of the event that one with this key repeats under a new ID; undefined for any other key. */
export function repeatedEvent(key: string | null): string | undefined {
  return /^renumber:([0-9A-Z]{26})$/.exec(key ?? '')?.[1]
}
