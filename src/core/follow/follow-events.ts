import { inject, injectable } from 'inversify'
import { quoted } from '../errors/secrets.js'
import { KittyError } from '../errors/kitty-error.js'
import { compareEvents, type LogEvent, parseEventId } from '../events-lib.js'
import type { EventFilter } from '../index/event-index.js'
import { rowOf } from '../index/index-row.js'
import { matchesFilter } from '../index/event-query.js'
import { ArrivalOrder, type StreamStart } from './arrival-order.js'
import { ArrivalMemory } from './arrival-memory.js'
import { LogChanges } from './log-changes.js'
import { LogFollower } from './log-follower.js'
import type { EventDocument } from '../projections/board-document.js'
import { eventDocument } from '../projections/documents.js'
import { EventStore } from '../store/event-store.js'
import { EventLog } from '../log/event-log.js'
import { Workspace } from '../workspace/workspace.js'
import { Notices } from '../errors/notices.js'
import { shownCommand } from '../errors/next-step.js'

/** How many events we hold in memory; up to this many of one arrival are put in the total order. */
const BATCH = 2_000

/**
 * Follows the event log: delivers each event once, in the order in which they became visible here, and events that
 * become visible together in the total order. Takes no lock, and keeps running when the index is replaced. See
 * docs/following.md.
 */
@injectable()
export class FollowEvents {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(EventLog) private readonly log: EventLog,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Notices) private readonly notices: Notices,
    @inject(ArrivalMemory) private readonly memory: ArrivalMemory,
  ) {}

  /**
   * Yields what comes after a place in the order of arrival, in batches, until `signal` is aborted. Reads on only after
   * the caller has processed the last batch, and holds no lock or index in between.
   * @param from `start`: from the very first event. `end`: only new events. `after`: after that event.
   * @throws KittyError UsageError if that event was never seen here.
   */
  async *follow(
    from: StreamStart,
    filter: EventFilter,
    signal: AbortSignal,
  ): AsyncGenerator<readonly EventDocument[]> {
    const following = await this.#open(from, signal)
    yield* this.#events(following, filter)
  }

  /**
   * The next events in the order of arrival, without waiting for more.
   * @throws KittyError UsageError if the event `after` was never seen here
   */
  async arrivedAfter(after: string, filter: EventFilter, limit: number): Promise<EventDocument[]> {
    const following = await this.#resume()
    begin(following.order, { after })
    const events: EventDocument[] = []
    for await (const batch of this.#deliver(following, new Map(), filter)) {
      events.push(...batch)
      if (events.length >= limit) break
    }
    return events.slice(0, limit)
  }

  /** Yields the history in the total order, like `EventStore.stream`, and then new events. */
  async *listAndFollow(filter: EventFilter, signal: AbortSignal): AsyncGenerator<readonly EventDocument[]> {
    const following = await this.#open('end', signal)
    for await (const events of this.store.stream(filter)) {
      if (signal.aborted) break
      // Events that came after the stream was opened are delivered later, as they arrived.
      const earlier = events.filter((event) => following.order.has(event.event_id))
      if (earlier.length > 0) yield earlier.map(eventDocument)
    }
    await this.store.close()
    yield* this.#events(following, { ...filter, limit: undefined })
  }

  /** The stream as the last call has left it, with what came since; a process that answers many need not begin again. */
  async #resume(): Promise<Following> {
    const { eventsDir } = this.workspace
    const left = this.memory.left
    const signal = new AbortController().signal
    if (left?.eventsDir !== eventsDir || !left.order.isSameFile()) {
      const opened = await this.#open('end', signal)
      this.memory.left = { eventsDir, order: opened.order, tail: opened.tail }
      return opened
    }
    const following = { order: left.order, tail: left.tail, signal }
    const arrivals = this.#arrivals(following)
    while (arrivals.next().done !== true);
    return following
  }

  async #open(from: StreamStart, signal: AbortSignal): Promise<Following> {
    const order = new ArrivalOrder(this.workspace.arrivalsFile)
    const tail = new LogFollower(this.log, await this.store.positions())
    // Events that came while no one was following arrive now, in the total order.
    for await (const ids of this.store.streamIds()) this.#record(order, ids)
    await this.store.close()
    begin(order, from)
    return { order, tail, signal }
  }

  async *#events(following: Following, filter: EventFilter): AsyncGenerator<readonly EventDocument[]> {
    const { signal } = following
    const changes = new LogChanges(this.log, this.workspace.eventsDir)
    try {
      yield* this.#deliver(following, new Map(), filter)
      do {
        for (const arrival of this.#arrivals(following)) {
          yield* this.#deliver(following, arrival, filter)
          if (signal.aborted) return
        }
        if (changes.trouble !== undefined) this.notices.warn(changes.trouble.message)
      } while (await changes.next(signal))
    } finally {
      changes.close()
    }
  }

  /** Gives what arrived since the last look its place, slice by slice. */
  *#arrivals({ order, tail }: Following): Generator<Map<string, LogEvent>> {
    for (const arrival of slices(tail)) {
      order.load()
      const fresh = [...arrival.values()].filter((event) => !order.has(event.event_id)).sort(compareEvents)
      this.#record(
        order,
        fresh.map((event) => event.event_id),
      )
      yield arrival
    }
  }

  /** Yields everything up to the end of the order. @param held events that need not be read again */
  async *#deliver({ order, signal }: Following, held: ReadonlyMap<string, LogEvent>, filter: EventFilter) {
    for (let ids = order.next(BATCH); ids.length > 0 && !signal.aborted; ids = order.next(BATCH)) {
      const events = (await this.#eventsOf(ids, held)).filter((event) =>
        matchesFilter(rowOf(event, NOWHERE), filter),
      )
      if (events.length > 0) yield events.map(eventDocument)
    }
  }

  async #eventsOf(ids: readonly string[], held: ReadonlyMap<string, LogEvent>): Promise<readonly LogEvent[]> {
    const rest = ids.filter((id) => !held.has(id))
    if (rest.length === 0) return ids.flatMap((id) => held.get(id) ?? [])
    const stored = new Map<string, LogEvent>(
      (await this.store.eventsOf(rest)).map((event) => [event.event_id, event]),
    )
    // Close the index: while it is open, no process can replace it if it is damaged.
    await this.store.close()
    // If an event is in neither map, git removed it after it arrived.
    return ids.flatMap((id) => held.get(id) ?? stored.get(id) ?? [])
  }

  #record(order: ArrivalOrder, ids: readonly string[]): void {
    const warning = order.record(ids)
    if (warning !== undefined) this.notices.warn(warning)
  }
}

/** An open stream: everything after its place in the order is still to be delivered. */
interface Following {
  readonly order: ArrivalOrder
  readonly tail: LogFollower
  readonly signal: AbortSignal
}

const NOWHERE = { file: '', line: 0, offset: 0, length: 0 }

/** Yields the tail's new events by ID, about one batch at a time. */
function* slices(tail: LogFollower): Generator<Map<string, LogEvent>> {
  let slice = new Map<string, LogEvent>()
  for (const lines of tail.news()) {
    for (const { event } of lines) if (event !== undefined) slice.set(event.event_id, event)
    if (slice.size < BATCH) continue
    yield slice
    slice = new Map()
  }
  if (slice.size > 0) yield slice
}

/** Moves to where a stream begins. Only a ULID may be named in lower case: in another ID the case tells events apart. */
function begin(order: ArrivalOrder, from: StreamStart): void {
  if (order.seek(from)) return
  const ulid = typeof from === 'string' ? undefined : parseEventId(from.after.toUpperCase())
  if (ulid === undefined || !order.seek({ after: ulid })) throw unknownEvent(from)
}

function unknownEvent(from: StreamStart): KittyError {
  const id = typeof from === 'string' ? from : from.after
  return new KittyError('UsageError', `There is no event ${quoted(id, 60)} in this log.`, {
    nextSteps: [
      ...shownCommand(['kitty', 'watch', '--from', 'start'], 'everything there is'),
      ...shownCommand(['kitty', 'agent', 'events', 'list', '--limit', '20'], 'the newest ids'),
    ],
    context: { event_id: id },
  })
}
