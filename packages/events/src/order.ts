/** What the total order reads. */
export interface Ordered {
  readonly lamport_clock: number
  readonly event_id: string
}

/**
 * The total order of events: Lamport clock, then event id by code unit.
 * A linear extension of happened-before, the same for every reader.
 */
export function compareEvents(a: Ordered, b: Ordered): number {
  if (a.lamport_clock !== b.lamport_clock) return a.lamport_clock < b.lamport_clock ? -1 : 1
  if (a.event_id === b.event_id) return 0
  return a.event_id < b.event_id ? -1 : 1
}
