import type { Located } from './event.js'

/** What the total order reads. */
export interface Ordered {
  readonly lamport_clock: number
  readonly event_id: string
}

/** What causality reads of an event. */
export interface Traced extends Ordered, Located {
  readonly parents?: readonly string[]
  readonly causation_id?: string | null
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

/**
 * The order in which people count names: runs of digits by their number, everything else by code unit, so that WP100
 * comes after WP99. Names that differ only in leading zeros are ordered by code unit.
 */
export function compareNames(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)]
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const order = compareParts(left[at] ?? '', right[at] ?? '')
    if (order !== 0) return order
  }
  if (left.length !== right.length) return left.length - right.length
  return a === b ? 0 : a < b ? -1 : 1
}

/** Runs of digits and what is between them. */
function partsOf(name: string): string[] {
  return name.match(/\d+|\D+/g) ?? []
}

function compareParts(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+(?=\d)/, ''), b.replace(/^0+(?=\d)/, '')]
  // Numbers of any length: the longer one is greater, and of one length text sorts as numbers do.
  if (/^\d/.test(a) && /^\d/.test(b) && left.length !== right.length) return left.length - right.length
  return left === right ? 0 : left < right ? -1 : 1
}
