import { entityKey, type Located } from './event.js'
import type { Ordered } from './order.js'

/** What causality reads of an event. */
export interface Traced extends Ordered, Located {
  readonly parents?: readonly string[]
}

export interface ParentLink {
  readonly event_id: string
  readonly parent: string
}

/**
 * One entity's events in total order and the edges of happened-before between them, as indices.
 *
 * An edge always leads to a smaller index: a parent whose clock is not smaller breaks Lamport's law and is not
 * followed, which also makes a cycle impossible to follow. An event without `parents` counts as having seen
 * every event with a smaller clock, and as seen by every event with a greater one; edges stand for that too.
 */
export interface Stream<Event extends Traced> {
  readonly events: readonly Event[]
  readonly parents: readonly (readonly number[])[]
  /** Events that no other has seen, ascending. */
  readonly heads: readonly number[]
  /** True when every event has seen all that stand before it: nothing in here is concurrent. */
  readonly linear: boolean
  /** Parents that are not in the set: written elsewhere and not here yet, or lost. */
  readonly missing: readonly ParentLink[]
  /** Parents of another entity, or whose clock is not smaller. */
  readonly invalid: readonly ParentLink[]
}

/**
 * @param events distinct, in total order, all of one entity
 * @param elsewhere whether an id belongs to an event of another entity of the set
 */
export function traceStream<Event extends Traced>(
  events: readonly Event[],
  elsewhere: (id: string) => boolean = () => false,
): Stream<Event> {
  const indexOf = new Map<string, number>()
  events.forEach((event, index) => indexOf.set(event.event_id, index))
  const parents: (readonly number[])[] = []
  const missing: ParentLink[] = []
  const invalid: ParentLink[] = []
  const front = new Front()
  let linear = true
  events.forEach((event, index) => {
    front.reach(event.lamport_clock, index)
    const links: number[] = []
    for (const parent of event.parents ?? []) {
      const at = indexOf.get(parent)
      if (at !== undefined && clockAt(events, at) < event.lamport_clock) links.push(at)
      else if (at === undefined && !elsewhere(parent)) missing.push({ event_id: event.event_id, parent })
      else invalid.push({ event_id: event.event_id, parent })
    }
    parents.push(front.add(index, event.parents === undefined ? undefined : links))
    linear &&= front.heads.length === 1
  })
  return { events, parents, heads: front.heads, linear, missing, invalid }
}

/** The streams of all entities among the events, by {@link entityKey}, in order of first appearance. */
export function traceStreams<Event extends Traced>(inOrder: readonly Event[]): Map<string, Stream<Event>> {
  const groups = new Map<string, Event[]>()
  let group: Event[] = []
  for (const event of inOrder) {
    const [before] = group
    // Neighbours mostly belong to one entity: comparing is cheaper than building and hashing its key.
    if (before === undefined || !isSameEntity(before, event)) {
      const key = entityKey(event)
      group = groups.get(key) ?? []
      if (group.length === 0) groups.set(key, group)
    }
    group.push(event)
  }
  const ids = new Set(groups.size > 1 ? inOrder.map((event) => event.event_id) : [])
  return new Map([...groups].map(([key, group]) => [key, traceStream(group, (id) => ids.has(id))]))
}

function isSameEntity(a: Located, b: Located): boolean {
  if (a.entity_id !== b.entity_id || a.entity_type !== b.entity_type) return false
  return a.payload.feature_slug === b.payload.feature_slug
}

function clockAt(events: readonly Traced[], index: number): number {
  return events[index]?.lamport_clock ?? Infinity
}

/** Heads of the part walked so far, and what an event without parents makes of it. */
class Front {
  heads: readonly number[] = []
  #clock = 0
  /** First index at the present clock. */
  #start = 0
  /** Heads of all events with a clock smaller than the present one. */
  #below: readonly number[] = []
  /** The events without parents at the greatest clock below the present one that has any. */
  #barrier: readonly number[] = []
  /** First index above that clock. */
  #barrierEnd = 0
  #barrierHere: number[] = []

  /** Comes to an event's clock; clocks never fall. */
  reach(clock: number, index: number): void {
    if (clock === this.#clock) return
    this.#clock = clock
    this.#start = index
    this.#below = this.heads
    if (this.#barrierHere.length === 0) return
    this.#barrier = this.#barrierHere
    this.#barrierEnd = index
    this.#barrierHere = []
  }

  /** Takes up the next event. @returns its edges; `links` undefined: the event lacks parents */
  add(index: number, links: readonly number[] | undefined): readonly number[] {
    if (links === undefined) {
      this.#barrierHere.push(index)
      this.heads = [...this.heads.filter((head) => head >= this.#start), index]
      // Shared by all of one clock, so that a crowd of them costs its number and not its square.
      return this.#below
    }
    if (links.length === 1 && this.heads.length === 1 && links[0] === this.heads[0]) {
      // Single file, by far the most frequent case: the only head has seen everything.
      this.heads = [index]
      return links
    }
    // Whoever has seen something above the barrier has seen the barrier through it.
    const edges = new Set(
      links.some((link) => link >= this.#barrierEnd) ? links : [...this.#barrier, ...links],
    )
    this.heads = [...this.heads.filter((head) => !edges.has(head)), index]
    return [...edges]
  }
}
