import { encodeEvent } from './encode.js'
import { isStub } from './event.js'
import { compareEvents, type Ordered } from './order.js'

/** Two different events under one id, of which one had to be chosen. */
export interface EventClash<Event> {
  readonly event_id: string
  readonly kept: Event
  readonly dropped: Event
}

/**
 * The set of events, in total order. Of different events with one id a redaction's stub is kept, and among several
 * stubs, or several full lines, the smaller encoded line (by code unit): the choice does not depend on which was read
 * first. Each event dropped is reported.
 */
export function distinctEvents<Event extends Ordered>(
  events: Iterable<Event>,
): { readonly events: Event[]; readonly clashes: EventClash<Event>[] } {
  const byId = new Map<string, Event>()
  const rivals = new Map<string, Map<string, Event>>()
  for (const event of events) {
    const first = byId.get(event.event_id)
    if (first === undefined) byId.set(event.event_id, event)
    else if (first !== event) {
      const versions = rivals.get(event.event_id) ?? new Map([[encodeEvent(first), first]])
      const line = encodeEvent(event)
      // The first copy of each line stays: copies of one line are the same event.
      if (!versions.has(line)) versions.set(line, event)
      rivals.set(event.event_id, versions)
    }
  }
  const clashes = [...rivals.values()].flatMap((versions) => settle(byId, versions))
  return { events: sorted([...byId.values()]), clashes }
}

/**
 * Which of two different lines with one id counts, as {@link distinctEvents} decides it: a redaction's stub, else the
 * one that sorts first by code unit.
 */
export function lineThatCounts(a: string, b: string): string {
  const [isStubA, isStubB] = [isStubLine(a), isStubLine(b)]
  if (isStubA !== isStubB) return isStubA ? a : b
  return a < b ? a : b
}

/** @returns false for anything that is not JSON */
function isStubLine(line: string): boolean {
  if (!line.includes('"redacted"')) return false
  try {
    // Cast: whatever was parsed is looked at before it is believed.
    const value = JSON.parse(line) as { readonly payload?: unknown } | null
    return typeof value?.payload === 'object' && value.payload !== null && isStub({ payload: value.payload })
  } catch {
    return false
  }
}

/** The events once each, in total order: a linear extension of happened-before, the same for every reader. */
export function causalOrder<Event extends Ordered>(events: Iterable<Event>): Event[] {
  return distinctEvents(events).events
}

function settle<Event extends Ordered>(byId: Map<string, Event>, versions: ReadonlyMap<string, Event>) {
  const [kept, ...dropped] = [...versions]
    .sort(([a, one], [b, other]) => rankOf(one) - rankOf(other) || (a < b ? -1 : 1))
    .map(([, event]) => event)
  if (kept === undefined) return []
  byId.set(kept.event_id, kept)
  return dropped.map((event) => ({ event_id: kept.event_id, kept, dropped: event }))
}

function rankOf(event: Ordered): number {
  return isStub({ payload: {}, ...event }) ? 0 : 1
}

function sorted<Event extends Ordered>(events: Event[]): Event[] {
  // Logs are nearly always in order already: one look costs less than a sort.
  const inOrder = events.every((event, at) => {
    const before = events[at - 1]
    return before === undefined || compareEvents(before, event) < 0
  })
  return inOrder ? events : events.sort(compareEvents)
}
