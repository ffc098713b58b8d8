import { distinctEvents } from './distinct.js'
import { entityKey } from './event.js'
import { cutSegments, latestOf, reaches } from './segments.js'
import type { Traced } from './order.js'
import { traceStreams, type ParentLink, type Stream } from './stream.js'

interface Place<Event extends Traced> {
  readonly stream: Stream<Event>
  readonly index: number
}

/**
 * Happened-before over a set of events of any entities; histories of different entities are unrelated.
 *
 * `a` happened before `b` when `b` reaches `a` through `parents`. An event without `parents` is ordered by its
 * clock against every event of its entity, and what has seen it inherits that order.
 */
export class Causality<Event extends Traced> {
  /** Parents that events name and the set lacks. */
  readonly missingParents: readonly ParentLink[]
  /** Parents that we do not follow: of another entity, or with a clock that is not smaller (Lamport's law). */
  readonly invalidParents: readonly ParentLink[]
  readonly #places = new Map<string, Place<Event>>()
  readonly #segments = new Map<Stream<Event>, readonly number[]>()

  constructor(events: Iterable<Event>) {
    const streams = [...traceStreams(distinctEvents(events).events).values()]
    for (const stream of streams) {
      stream.events.forEach((event, index) => this.#places.set(event.event_id, { stream, index }))
      for (const [twin, original] of stream.originalOf) {
        const place = this.#places.get(original)
        if (place !== undefined) this.#places.set(twin, place)
      }
    }
    this.missingParents = streams.flatMap((stream) => stream.missing)
    this.invalidParents = streams.flatMap((stream) => stream.invalid)
  }

  /** False also when either event is not in the set. */
  happenedBefore(a: Event, b: Event): boolean {
    const from = this.#places.get(a.event_id)
    const to = this.#places.get(b.event_id)
    if (from === undefined || to === undefined || from.stream !== to.stream || from.index >= to.index)
      return false
    if (from.stream.linear) return true
    const segmentOf = this.#segmentsOf(from.stream)
    return segmentOf[from.index] !== segmentOf[to.index] || reaches(to.stream.parents, to.index, from.index)
  }

  /** Two different events of the set, on one entity, of which neither happened before the other. */
  isConcurrent(a: Event, b: Event): boolean {
    const [from, to] = [this.#places.get(a.event_id), this.#places.get(b.event_id)]
    const comparable = from !== undefined && from.stream === to?.stream && from.index !== to.index
    return comparable && !this.happenedBefore(a, b) && !this.happenedBefore(b, a)
  }

  /** Those of the given events (of the set) that happened before no other of them, in total order. */
  heads(events: Iterable<Event>): Event[] {
    const given = distinctEvents(events).events
    const indices = new Map<Stream<Event>, number[]>()
    for (const event of given) {
      const place = this.#places.get(event.event_id)
      if (place === undefined) continue
      const known = indices.get(place.stream)
      if (known === undefined) indices.set(place.stream, [place.index])
      else known.push(place.index)
    }
    const latest = new Map(
      [...indices].map(([stream, members]) => [stream, new Set(latestOf(stream.parents, members))]),
    )
    return given.filter((event) => {
      const place = this.#places.get(event.event_id)
      // An event that is not in the set is related to none.
      return place === undefined || latest.get(place.stream)?.has(place.index) === true
    })
  }

  #segmentsOf(stream: Stream<Event>): readonly number[] {
    let segmentOf = this.#segments.get(stream)
    if (segmentOf === undefined) {
      segmentOf = cutSegments(stream.parents).segmentOf
      this.#segments.set(stream, segmentOf)
    }
    return segmentOf
  }
}

/** Heads of every entity among the events, by `entityKey`: what the next event of that entity names as parents. */
export function entityHeads<Event extends Traced>(events: Iterable<Event>): Map<string, Event['event_id'][]> {
  const streams = traceStreams(distinctEvents(events).events)
  return new Map([...streams].map(([key, stream]) => [key, headIds(stream)]))
}

/** Ids of a stream's heads, in total order. */
export function headIds<Event extends Traced>({ events, heads }: Stream<Event>): Event['event_id'][] {
  return heads.flatMap((index) => events[index]?.event_id ?? [])
}

/**
 * Estimates whether two events are concurrent without their history. Where either lacks `parents`: they are on one
 * entity, have equal clocks and different ids. Else neither names the other as a parent. {@link Causality} is exact.
 */
export function isConcurrent(a: Traced, b: Traced): boolean {
  if (a.event_id === b.event_id || entityKey(a) !== entityKey(b)) return false
  if (a.lamport_clock === b.lamport_clock) return true
  if (a.parents === undefined || b.parents === undefined) return false
  const [earlier, later] = a.lamport_clock < b.lamport_clock ? [a, b] : [b, a]
  return later.parents?.includes(earlier.event_id) !== true
}
