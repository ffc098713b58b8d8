import { inject, injectable } from 'inversify'
import { quoted } from '../errors/secrets.js'
import { KittyError } from '../errors/kitty-error.js'
import { compareEvents, type LogEvent } from '../events-lib.js'
import { type EventFilter, rowOf } from '../index/event-index.js'
import { matchesFilter } from '../index/event-query.js'
import { ArrivalOrder, type StreamStart } from './arrival-order.js'
import { LogChanges } from './log-changes.js'
import { LogFollower } from './log-follower.js'
import type { EventDocument } from '../projections/board-document.js'
import { eventDocument } from '../projections/event-document.js'
import { EventStore } from '../store/event-store.js'
import { EventLog } from '../log/event-log.js'
import { Workspace } from '../workspace/workspace.js'
import { Notices } from '../errors/notices.js'

/** Events held at once: those of one arrival up to here are put in the total order. */
const BATCH = 2_000

/**
 * Keeps a stream of events open: each once, in the order in which they became visible here; those that become visible
 * together in the total order. Takes no lock, and outlives any index. docs/following.md.
 */
@injectable()
export class FollowEvents {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(EventLog) private readonly log: EventLog,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /**
   * What comes behind a place in the order of arrival, in batches, until `signal` is aborted. Read on only when the last
   * batch is dealt with: nothing is held meanwhile.
   * @param from `start`: from the first event there is. `end`: what comes from now on. `after`: behind that event.
   * @throws KittyError UsageError when no such event was ever seen here.
   */
  async *follow(
    from: StreamStart,
    filter: EventFilter,
    signal: AbortSignal,
  ): AsyncGenerator<readonly EventDocument[]> {
    const following = await this.#open(from, signal)
    yield* this.#events(following, filter)
  }

  /** The history in the total order, as `EventStore.stream` has it, then what comes. */
  async *listAndFollow(filter: EventFilter, signal: AbortSignal): AsyncGenerator<readonly EventDocument[]> {
    const following = await this.#open('end', signal)
    for await (const events of this.store.stream(filter)) {
      if (signal.aborted) break
      // What has come since the stream was opened is delivered as it arrived.
      const earlier = events.filter((event) => following.order.has(event.event_id))
      if (earlier.length > 0) yield earlier.map(eventDocument)
    }
    await this.store.close()
    yield* this.#events(following, { ...filter, limit: undefined })
  }

  async #open(from: StreamStart, signal: AbortSignal): Promise<Following> {
    const order = new ArrivalOrder(this.workspace.arrivalsFile)
    const tail = new LogFollower(this.log, await this.store.positions())
    // Whatever came while nobody followed arrives now, in the total order.
    for await (const ids of this.store.streamIds()) this.#record(order, ids)
    await this.store.close()
    if (!order.seek(from)) throw unknownEvent(from)
    return { order, tail, signal }
  }

  async *#events(following: Following, filter: EventFilter): AsyncGenerator<readonly EventDocument[]> {
    const { order, tail, signal } = following
    const changes = new LogChanges(this.log, this.workspace.eventsDir)
    try {
      yield* this.#deliver(following, new Map(), filter)
      do {
        for (const arrival of slices(tail)) {
          order.load()
          const fresh = [...arrival.values()]
            .filter((event) => !order.has(event.event_id))
            .sort(compareEvents)
          this.#record(
            order,
            fresh.map((event) => event.event_id),
          )
          yield* this.#deliver(following, arrival, filter)
          if (signal.aborted) return
        }
      } while (await changes.next(signal))
    } finally {
      changes.close()
    }
  }

  /** Everything up to the end of the order. @param held what need not be read again */
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
    // Kept open, it would keep everybody from replacing an index that is damaged.
    await this.store.close()
    // An event in neither place was taken away by git since it arrived.
    return ids.flatMap((id) => held.get(id) ?? stored.get(id) ?? [])
  }

  #record(order: ArrivalOrder, ids: readonly string[]): void {
    const warning = order.record(ids)
    if (warning !== undefined) this.notices.warn(warning)
  }
}

/** A stream that is open: what it will deliver stands behind its place in the order. */
interface Following {
  readonly order: ArrivalOrder
  readonly tail: LogFollower
  readonly signal: AbortSignal
}

const NOWHERE = { file: '', line: 0, offset: 0, length: 0 }

/** The tail's new events by id, at most about a batch at a time. */
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

function unknownEvent(from: StreamStart): KittyError {
  const id = typeof from === 'string' ? from : from.after
  return new KittyError('UsageError', `There is no event ${quoted(id, 60)} in this log.`, {
    nextSteps: [
      'kitty watch --from start, for everything there is',
      'kitty agent events list --limit 20, for the newest ids',
    ],
    context: { event_id: id },
  })
}
