import { entityKey, type Located } from './event.js'
import type { Traced } from './order.js'
import { withoutTwins, type WithoutTwins } from './twins.js'

export interface ParentLink {
  readonly event_id: string
  readonly parent: string
}

/**
 * One entity's events in total order and the edges of happened-before between them, as indices.
 *
 * An edge always leads to a smaller index: a parent whose clock is not smaller breaks Lamport's law and is not
 * followed, which also makes a cycle impossible to follow. An event without `parents` counts as having seen
 * every event with a smaller clock, and as seen by every event with a greater one; edges represent that too.
 *
 * Of events with one import key only the first is in here, with the parents of all; an edge to one is an edge to all.
 */
export interface Stream<Event extends Traced> extends Pick<WithoutTwins<Event>, 'imported' | 'originalOf'> {
  readonly events: readonly Event[]
  readonly parents: readonly (readonly number[])[]
  /** Events that no other event has seen, ascending. */
  readonly heads: readonly number[]
  /** True when every event has seen all earlier ones: nothing in here is concurrent. */
  readonly linear: boolean
  /** Parents that are not in the set: not here yet, or lost. */
  readonly missing: readonly ParentLink[]
  /** Parents of another entity, or whose clock is not smaller. */
  readonly invalid: readonly ParentLink[]
}

/**
 * @param events distinct, in total order, all of one entity
 * @param elsewhere whether an id belongs to an event of another entity of the set
 */
export function traceStream<Event extends Traced>(
  all: readonly Event[],
  elsewhere: (id: string) => boolean = () => false,
): Stream<Event> {
  const counted = withoutTwins(all)
  const { events, imported, originalOf } = counted
  const links = new Links(counted, elsewhere)
  const parents: (readonly number[])[] = []
  const front = new Front()
  let linear = true
  events.forEach((event, index) => {
    front.reach(event.lamport_clock, index)
    const own = links.of(event, index)
    parents.push(front.add(index, event.parents === undefined ? undefined : own))
    linear &&= front.heads.size === 1
  })
  const { missing, invalid } = links
  return { events, parents, heads: [...front.heads], linear, missing, invalid, imported, originalOf }
}

/** From the ids that events name as parents to their indices. */
class Links<Event extends Traced> {
  readonly missing: ParentLink[] = []
  readonly invalid: ParentLink[] = []
  readonly #indexOf = new Map<string, number>()

  constructor(
    private readonly counted: WithoutTwins<Event>,
    private readonly elsewhere: (id: string) => boolean,
  ) {
    counted.events.forEach((event, index) => this.#indexOf.set(event.event_id, index))
  }

  of(event: Event, index: number): number[] {
    const links: number[] = []
    for (const parent of event.parents ?? []) {
      const at = this.#indexOf.get(this.counted.originalOf.get(parent) ?? parent)
      if (at !== undefined && this.#isBefore(at, event)) links.push(at)
      else if (at === undefined && !this.elsewhere(parent))
        this.missing.push({ event_id: event.event_id, parent })
      else this.invalid.push({ event_id: event.event_id, parent })
    }
    return this.counted.parentsOf.size === 0 ? links : this.#withThoseOfTwins(event, index, links)
  }

  /**
   * An event that has seen an import has seen what any of its twins had seen. The one that counts may be older than such a
   * parent, and then has no edge to it; later events get one.
   */
  #withThoseOfTwins(event: Event, index: number, links: readonly number[]): number[] {
    const found = new Set(links)
    const pending = [event.event_id, ...links.flatMap((link) => this.counted.events[link]?.event_id ?? [])]
    const walked = new Set<string>()
    for (const id of pending) {
      if (walked.has(id)) continue
      walked.add(id)
      for (const parent of this.counted.parentsOf.get(id) ?? []) {
        const original = this.counted.originalOf.get(parent) ?? parent
        const at = this.#indexOf.get(original)
        if (at === undefined || at >= index || !this.#isBefore(at, event)) continue
        found.add(at)
        pending.push(original)
      }
    }
    return [...found]
  }

  #isBefore(index: number, { lamport_clock }: Event): boolean {
    return (this.counted.events[index]?.lamport_clock ?? Infinity) < lamport_clock
  }
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

/** Heads of the part walked so far, and the edges of events without parents. */
class Front {
  /** Ascending: indices are added in order. */
  readonly heads = new Set<number>()
  #clock = 0
  /** First index at the present clock. */
  #start = 0
  /** Heads of all events with a smaller clock; built when the first event of this clock needs it. */
  #below: readonly number[] | undefined
  /** Those of them that events of this clock have replaced. */
  #replaced: number[] = []
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
    this.#below = undefined
    if (this.#replaced.length > 0) this.#replaced = []
    if (this.#barrierHere.length === 0) return
    this.#barrier = this.#barrierHere
    this.#barrierEnd = index
    this.#barrierHere = []
  }

  /** Takes the next event. @returns its edges; `links` undefined: the event lacks parents */
  add(index: number, links: readonly number[] | undefined): readonly number[] {
    if (links === undefined) return this.#addBarrier(index)
    const [first] = links
    if (links.length === 1 && first !== undefined && this.heads.size === 1 && this.heads.has(first)) {
      // Single file, by far the most frequent case: the only head has seen everything.
      this.#replace(first)
      this.heads.add(index)
      return links
    }
    // An event that has seen something above the barrier has seen the barrier through it.
    const edges = new Set(
      links.some((link) => link >= this.#barrierEnd) ? links : [...this.#barrier, ...links],
    )
    for (const edge of edges) this.#replace(edge)
    this.heads.add(index)
    return [...edges]
  }

  #addBarrier(index: number): readonly number[] {
    this.#barrierHere.push(index)
    if (this.#below === undefined) {
      const below = [...this.#replaced]
      for (const head of this.heads) {
        if (head >= this.#start) break
        below.push(head)
        this.heads.delete(head)
      }
      this.#below = below.sort((a, b) => a - b)
    }
    this.heads.add(index)
    // Shared by all of one clock, so that a crowd of them costs its number and not its square.
    return this.#below
  }

  #replace(head: number): void {
    if (this.heads.delete(head) && head < this.#start) this.#replaced.push(head)
  }
}
