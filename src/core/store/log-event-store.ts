import { inject, injectable } from 'inversify'
import { RebuildOnCorruption } from '../../aspects/rebuild-on-corruption.js'
import { assertSameOperation } from '../errors/key-is-taken.js'
import { isKittyError, KittyError } from '../errors/kitty-error.js'
import {
  Causality,
  checkNew,
  CLOCK_GAP,
  distinctEvents,
  encodeEvent,
  entityKey,
  type LogEvent,
  type MergeOptions,
  type Ordered,
  type Registry,
  type WorkPackageState,
} from '../events-lib.js'
import { type BoardRow, boardRowOf } from '../index/board-row.js'
import { catchUp, distrust, type OwnAppend } from '../index/catch-up.js'
import {
  type EventFilter,
  type EventIndex,
  type EventPlace,
  type FeatureRow,
  type IndexRow,
  type Freshness,
  type Watermark,
  suspiciousClock,
} from '../index/event-index.js'
import { isNewestOnly } from '../index/event-query.js'
import { CallScope } from './call-scope.js'
import { issueFrom } from './clock.js'
import {
  type Draft,
  type EventOrigin,
  type EventStore,
  type Provenance,
  Team,
  type TeamLink,
} from './event-store.js'
import { bringAncestors } from './bring-ancestors.js'
import { MovedOn } from './moved-on.js'
import { AppendCursor } from './append-cursor.js'
import type { ForeignDraft } from './foreign-draft.js'
import { refuseSecret } from './refuse-secret.js'
import { byNumber } from './package-order.js'
import { stamp } from './stamp.js'
import { foreignChunks, stampForeign } from './stamp-foreign.js'
import { refuseArchived } from './refuse-archived.js'
import { Supposition, withStates } from './supposition.js'
import { EventLog, SCAN_START, type AppendedLine, type LogProblem } from '../log/event-log.js'
import { WriteLock } from '../lock/write-lock.js'
import { IndexHealth } from '../index/index-health.js'
import { Recovery } from './recovery.js'
import { AttributeGuard } from './attribute-guard.js'
import { FoldRules } from '../workspace/config.js'
import { Session } from '../workspace/session.js'
import { Notices } from '../errors/notices.js'
import { EventRegistry } from '../event-registry.js'
import { ClockStorage } from '../log/clock-storage.js'

/** Events read at once when a history is streamed. */
const STREAM_BATCH = 2_000

/** How often one command decides again while other clones change the same packages. */
const MOST_DECISIONS = 20

interface ClockAndHeads {
  readonly nextClock: number
  /** By `entityKey`. */
  readonly heads: (key: string) => readonly string[]
}

/** The event store over the JSONL log: lock → recover → catch up → decide → stamp → append → index → clock → release. */
@injectable()
export class LogEventStore implements EventStore {
  // Re-entrance belongs to the call, not the store: two calls of one process must still exclude each other.
  readonly #holding = new CallScope<true>()
  readonly #written = new Set<string>()

  #tail: AppendCursor | undefined
  /**
   * While the store follows a tail, it writes clock.json only after the last event: replacing a file costs as much as
   * storing an event.
   */
  #unsaved: LogEvent | undefined

  /** An import has appended events that the index lacks; the next read catches up. */
  #isIndexBehind = false

  /** How the index stood when last read. */
  #freshness: Freshness | undefined

  /** Supposed events, waiting for the first append of a call. */
  readonly #supposed = new CallScope<Supposition>()

  /** Inside `snapshot`, the index that was brought up to date once for all reads. */
  readonly #moment = new CallScope<{ index?: EventIndex }>()

  constructor(
    @inject(EventLog) private readonly log: EventLog,
    @inject(WriteLock) private readonly lock: WriteLock,
    @inject(ClockStorage) private readonly clock: ClockStorage,
    @inject(IndexHealth) readonly health: IndexHealth,
    @inject(Recovery) private readonly recovery: Recovery,
    @inject(AttributeGuard) private readonly attributes: AttributeGuard,
    @inject(Session) private readonly session: Session,
    @inject(Notices) private readonly notices: Notices,
    @inject(EventRegistry) private readonly registry: Registry,
    @inject(FoldRules) private readonly rules: MergeOptions,
    @inject(Team) private readonly team: { readonly link: TeamLink | undefined },
  ) {}

  get written(): ReadonlySet<string> {
    return this.#written
  }

  async exclusively<T>(purpose: string, work: () => Promise<T>): Promise<T> {
    if (this.#holding.get()) return work()
    return this.#withLock(purpose, async () => {
      await this.recoverAndCatchUp()
      return this.#deciding(work)
    })
  }

  /** Decides again when another clone has changed the state, unless something has been written already. */
  async #deciding<T>(work: () => Promise<T>): Promise<T> {
    const { link } = this.team
    if (link === undefined) return work()
    link.begin()
    for (let attempt = 1; ; attempt += 1) {
      const written = this.#written.size
      try {
        return await work()
      } catch (error) {
        // What refused it may be undone already, in another clone.
        if (!(error instanceof MovedOn) && !(isKittyError(error) && (await link.refresh(true)))) throw error
        if (attempt === MOST_DECISIONS || this.#written.size > written) throw movedTooOften(attempt)
        await this.recoverAndCatchUp()
      }
    }
  }

  async supposing<T>(
    drafts: readonly Draft[],
    provenance: Provenance,
    work: () => Promise<T>,
  ): Promise<{ answer: T; isWritten: boolean }> {
    if (!this.#holding.get()) throw new Error('supposing needs the write lock: call it within exclusively')
    const unkeyed = { ...provenance, causationId: null }
    const events = this.#stamped(drafts, unkeyed, await this.stampSources(drafts))
    const supposition = new Supposition(drafts, events, this.rules)
    const answer = await this.#supposed.run(supposition, work)
    return { answer, isWritten: supposition.isWritten }
  }

  snapshot<T>(work: () => Promise<T>): Promise<T> {
    return this.#moment.get() ? work() : this.#moment.run({}, work)
  }

  async emit(drafts: readonly Draft[], provenance: Provenance): Promise<readonly LogEvent[]> {
    if (drafts.length === 0) return []
    if (this.#holding.get()) return this.#emitOnce(drafts, provenance)
    return this.#withLock('emit', async () => {
      const tail = provenance.causationId === null && this.#tail?.follow() ? this.#tail : undefined
      if (tail?.knows(drafts)) return this.#emitBehind(tail, drafts, provenance)
      await this.recoverAndCatchUp()
      return this.#deciding(() => this.#emitOnce(drafts, provenance))
    })
  }

  async append(drafts: readonly Draft[], provenance: Provenance): Promise<readonly LogEvent[]> {
    if (!this.#holding.get()) throw new Error('append needs the write lock: call it within exclusively')
    const brought = this.#supposed.get()?.take() ?? []
    if (drafts.length + brought.length === 0) return []
    const { lines } = await this.#appendAndIndex([...brought, ...drafts], provenance, brought.length)
    return eventsAsked(lines).slice(brought.length)
  }

  async appendForeign(
    drafts: readonly ForeignDraft[],
    progress: (events: number) => void = () => undefined,
  ): Promise<void> {
    if (!this.#holding.get())
      throw new Error('appendForeign needs the write lock: call it within exclusively')
    if (drafts.length === 0) return
    let { nextClock } = await this.stampSources([])
    const ids = new Map<string, string>()
    let written = 0
    for (const chunk of foreignChunks(drafts)) {
      const events = stampForeign(chunk, { registry: this.registry, nextClock, ids })
      this.#refuseUnfit(events)
      this.attributes.beforeAppend(events)
      await this.#publish(events, 'imported')
      nextClock += events.length
      written += events.length
      progress(written)
    }
    this.#isIndexBehind = true
    const warning = this.clock.write(nextClock, this.session.now())
    if (warning !== undefined) this.notices.warn(warning)
  }

  async #emitOnce(drafts: readonly Draft[], provenance: Provenance): Promise<readonly LogEvent[]> {
    const earlier = provenance.causationId === null ? [] : await this.causedBy(provenance.causationId)
    if (earlier.length > 0) {
      const repeats = (): boolean => areThese(drafts, earlier)
      await assertSameOperation(provenance.causationId ?? '', earlier, { provenance, repeats })
      return earlier
    }
    const { lines, maximum, isSafe } = await this.#appendAndIndex(drafts, provenance)
    if (isSafe && this.team.link === undefined) this.#tail = AppendCursor.behind(this.log, lines, maximum)
    return eventsAsked(lines)
  }

  /**
   * @returns the appended lines, the trusted maximum before them, and whether git has no attributes that endanger the
   * log
   */
  async #appendAndIndex(
    drafts: readonly Draft[],
    provenance: Provenance,
    brought = 0,
  ): Promise<{ lines: readonly AppendedLine[]; maximum: number; isSafe: boolean }> {
    refuseArchived(drafts, await (await this.health.current()).features())
    const sources = await this.stampSources(drafts)
    const events = this.#stamped(drafts, provenance, sources, brought)
    const isSafe = this.attributes.beforeAppend(events)
    const lines = await this.#publish(events, provenance.offline === true ? 'offline' : 'decided')
    this.#writeClock(events.at(-1))
    const [first] = lines
    if (first !== undefined) {
      const ids = new Set<string>(lines.map(({ event }) => event.event_id))
      await this.takeUp({ file: first.file, ids, journal: this.recovery.journalEnd() })
    }
    return { lines, maximum: sources.maximum, isSafe }
  }

  async #publish(events: readonly LogEvent[], origin: EventOrigin): Promise<AppendedLine[]> {
    const { link } = this.team
    if (link === undefined) return this.#store(events)
    const ancestors = await bringAncestors(this.log, await this.#indexInLock(), events)
    if (ancestors.length > 0) {
      await this.recovery.adopt(ancestors)
      this.#isIndexBehind = true
    }
    return link.publish(events, origin, () => this.#store(events))
  }

  /** Appends without updating the index; the next query catches up. */
  #emitBehind(tail: AppendCursor, drafts: readonly Draft[], provenance: Provenance): LogEvent[] {
    this.#tail = undefined
    const { next: nextClock } = this.#issueFrom(tail.maximum)
    const heads = (key: string): readonly string[] => tail.heads(key)
    const events = this.#stamped(drafts, provenance, { nextClock, heads })
    const lines = this.#store(events)
    this.#unsaved = events.at(-1)
    if (tail.append(lines)) this.#tail = tail
    return lines.map((line) => line.event)
  }

  #stamped(
    drafts: readonly Draft[],
    provenance: Provenance,
    { nextClock, heads }: ClockAndHeads,
    brought = 0,
  ): LogEvent[] {
    const now = this.session.now()
    const nextId = (at: Date): string => this.session.nextId(at)
    const events = stamp(drafts, provenance, {
      registry: this.registry,
      nextClock,
      now,
      nextId,
      heads,
      brought,
    })
    this.#refuseUnfit(events)
    return events
  }

  /** All events of one call share a timestamp, and so go to one file. */
  #store(events: readonly LogEvent[]): AppendedLine[] {
    const lines = this.log.append(events)
    for (const event of events) this.#written.add(event.event_id)
    return lines
  }

  @RebuildOnCorruption
  async read(filter: EventFilter = {}): Promise<LogEvent[]> {
    return this.#eventsAt(await (await this.#upToDate()).locate(filter))
  }

  @RebuildOnCorruption
  async wholeLog(): Promise<LogEvent[]> {
    const maximum = await (await this.#upToDate()).maximumClock()
    const events: LogEvent[] = []
    for (const { name } of this.log.list())
      for (const lines of this.log.scan(name, SCAN_START))
        for (const { event } of lines)
          if (event !== undefined && event.lamport_clock <= maximum) events.push(event)
    return distinctEvents(events).events
  }

  async *stream(filter: EventFilter = {}): AsyncIterable<readonly LogEvent[]> {
    if (isNewestOnly(filter)) yield await this.read(filter)
    else yield* pages(filter, (page) => this.read(page))
  }

  async *streamIds(filter: EventFilter = {}): AsyncIterable<readonly string[]> {
    for await (const rows of pages(filter, (page) => this.rows(page))) yield rows.map((row) => row.event_id)
  }

  @RebuildOnCorruption
  async eventsOf(ids: readonly string[]): Promise<LogEvent[]> {
    const rows = await (await this.#upToDate()).rows(ids)
    const events = new Map(this.#eventsAt(rows).map((event) => [event.event_id as string, event]))
    return ids.flatMap((id) => events.get(id) ?? [])
  }

  @RebuildOnCorruption
  async positions(): Promise<Watermark[]> {
    return (await this.#upToDate()).watermarks()
  }

  @RebuildOnCorruption
  async workPackage(feature: string, workPackage: string): Promise<WorkPackageState | undefined> {
    const index = await this.#upToDate()
    const supposed = await this.#supposedStates(index)
    return (
      supposed.find((state) => state.feature_slug === feature && state.work_package_id === workPackage) ??
      index.workPackage(feature, workPackage)
    )
  }

  async #supposedStates(index: EventIndex): Promise<WorkPackageState[]> {
    const supposition = this.#supposed.get()
    if (supposition === undefined) return []
    return supposition.states((feature, id) => index.workPackage(feature, id))
  }

  @RebuildOnCorruption
  async workPackages(feature?: string): Promise<WorkPackageState[]> {
    const index = await this.#upToDate()
    const states = await index.workPackages(feature)
    const supposed = await this.#supposedStates(index)
    return byNumber(supposed.length === 0 ? states : withStates(states, supposed, feature, (state) => state))
  }

  @RebuildOnCorruption
  async boardRows(feature?: string): Promise<BoardRow[]> {
    const index = await this.#upToDate()
    const rows = await index.boardRows(feature)
    const supposed = await this.#supposedStates(index)
    return byNumber(supposed.length === 0 ? rows : withStates(rows, supposed, feature, boardRowOf))
  }

  @RebuildOnCorruption
  async history(feature: string, workPackage: string): Promise<LogEvent[]> {
    return this.#eventsAt(await this.#asked((index) => index.locateWorkPackage(feature, workPackage)))
  }

  @RebuildOnCorruption
  async features(): Promise<FeatureRow[]> {
    return (await this.#upToDate()).features()
  }

  @RebuildOnCorruption
  async featureSlugs(): Promise<string[]> {
    return (await this.#upToDate()).featureSlugs()
  }

  @RebuildOnCorruption
  async problems(): Promise<LogProblem[]> {
    const index = await this.#upToDate()
    const [problems, suspects] = await Promise.all([index.problems(), index.suspicious()])
    return [...problems, ...suspects.map(suspiciousClock)]
  }

  @RebuildOnCorruption
  async trustedClock(): Promise<number> {
    return (await this.#upToDate()).maximumClock()
  }

  @RebuildOnCorruption
  async causedBy(causationId: string): Promise<LogEvent[]> {
    return this.#eventsAt(await (await this.#upToDate()).locate({ causation: causationId }))
  }

  async close(isCommandOver = false): Promise<void> {
    try {
      if (this.#unsaved) await this.#withLock('save the clock', async () => this.#saveClock())
      await this.team.link?.close()
    } finally {
      this.log.close()
      this.lock.close()
      // The last process to close a database checkpoints it: SQLite moves the WAL into the file, syncs both and removes
      // the WAL, which costs as much as the rest of a writing command. If we skip the close, SQLite does this once in
      // many commands.
      if (!isCommandOver || this.session.endsWithCommand !== true) await this.health.close()
    }
  }

  @RebuildOnCorruption
  protected async rows(filter: EventFilter): Promise<IndexRow[]> {
    return (await this.#upToDate()).locate(filter)
  }

  /** Repairs what a crash, git or another writer left, before anything is decided. The caller holds the lock. */
  @RebuildOnCorruption
  protected async recoverAndCatchUp(): Promise<void> {
    this.#saveClock()
    await this.recovery.beforeWrite(await this.health.current())
  }

  @RebuildOnCorruption
  protected async takeUp(appended: OwnAppend): Promise<void> {
    const index = await this.health.current()
    const report = await catchUp(this.log, index, { appended })
    this.recovery.explain(report, index)
    if (report.foundOwn) return
    // The file does not hold the lines we wrote: git replaced it within microseconds.
    await distrust(index, appended.file)
    this.recovery.explain(await catchUp(this.log, index), index)
  }

  @RebuildOnCorruption
  protected async stampSources(
    drafts: readonly Draft[],
  ): Promise<ClockAndHeads & { readonly maximum: number }> {
    const index = await this.#indexInLock()
    const maximum = await index.maximumClock()
    const { next: nextClock } = this.#issueFrom(maximum)
    const heads = new Map<string, string[]>()
    for (const draft of drafts) {
      const key = entityKey(draft)
      if (!heads.has(key)) heads.set(key, await this.#heads(index, draft, key))
    }
    return { maximum, nextClock, heads: (key) => heads.get(key) ?? [] }
  }

  #issueFrom(maximum: number): { next: number } {
    const issue = issueFrom(this.clock.read(), maximum)
    if (issue.warning !== undefined) this.notices.warn(issue.warning)
    return issue
  }

  async #heads(index: EventIndex, draft: Draft, key: string): Promise<string[]> {
    const feature = draft.payload.feature_slug
    const owner =
      draft.entity_type === 'Gate' ? await index.gateOwner(feature, draft.entity_id) : draft.entity_id
    if (draft.entity_type === 'WorkPackage' || draft.entity_type === 'Gate') {
      const state = owner === undefined ? undefined : await index.workPackage(feature, owner)
      return [...(state?.heads[key] ?? [])]
    }
    const rows = await index.locate({ feature, entity: draft.entity_id, entityType: draft.entity_type })
    const events = this.#eventsAt(rows)
    return new Causality(events).heads(events).map((event) => event.event_id)
  }

  #refuseUnfit(events: readonly LogEvent[]): void {
    for (const event of events) {
      const line = encodeEvent(event)
      this.#refuseInvalid(event, Buffer.byteLength(line))
      refuseSecret(event, line)
    }
  }

  #refuseInvalid(event: LogEvent, byteLength: number): void {
    const [fault, ...others] = checkNew(event, this.registry, byteLength)
    if (fault === undefined) return
    throw new KittyError('ValidationError', `The ${event.event_type} event is not valid: ${fault}`, {
      nextSteps: ['Correct the value and run the command again; nothing was written.'],
      context: { event_type: event.event_type, faults: [fault, ...others] },
    })
  }

  /** Saves the deferred clock, unless other writers have saved a valid one since. */
  #saveClock(): void {
    if (this.#unsaved === undefined) return
    const next = this.#unsaved.lamport_clock + 1
    const saved = this.clock.read()
    if (!('value' in saved && saved.value >= next && saved.value <= next + CLOCK_GAP))
      this.#writeClock(this.#unsaved)
    this.#unsaved = undefined
  }

  #writeClock(last: LogEvent | undefined): void {
    if (last === undefined) return
    const warning = this.clock.write(last.lamport_clock + 1, new Date(last.timestamp))
    if (warning !== undefined) this.notices.warn(warning)
  }

  #eventsAt(rows: readonly EventPlace[]): LogEvent[] {
    return this.recovery.confirmed(rows, this.log.readEvents(rows))
  }

  /**
   * Queries the index while we stat the files, since SQLite runs on its own thread. Queries again unless nothing has
   * changed since the last read.
   */
  async #asked<T>(ask: (index: EventIndex) => Promise<T>): Promise<T> {
    const before = this.#freshness
    if (before === undefined) return ask(await this.#upToDate())
    const index = await this.health.current()
    const answer = ask(index)
    // When we query again, no one awaits this promise: keep its rejection from being unhandled.
    answer.catch(() => undefined)
    const now = await this.#upToDate()
    return now === index && this.#freshness === before ? answer : ask(now)
  }

  async #upToDate(): Promise<EventIndex> {
    if (this.#holding.get()) return this.#indexInLock()
    await this.team.link?.refresh()
    const index = await this.health.current()
    const moment = this.#moment.get()
    if (moment?.index === index) return index
    this.#freshness = await this.recovery.beforeRead(index, (work) =>
      this.#withLock('put back events that git took away', work),
    )
    if (moment) moment.index = index
    return index
  }

  /** No one else writes while we hold the lock, so the index is as this store left it. */
  async #indexInLock(): Promise<EventIndex> {
    const index = await this.health.current()
    if (this.#isIndexBehind) {
      this.#isIndexBehind = false
      this.recovery.explain(await catchUp(this.log, index), index)
    }
    return index
  }

  async #withLock<T>(purpose: string, work: () => Promise<T>): Promise<T> {
    const held = await this.lock.acquire(purpose)
    try {
      return await this.#holding.run(true, work)
    } finally {
      // A process that has emitted may emit again; closing the store closes the lock.
      if (this.#tail) held.releaseForNow()
      else held.release()
    }
  }
}

/** Reads page by page, each starting where the last one ended, so that only one page is in memory. */
async function* pages<T extends Ordered>(
  filter: EventFilter,
  read: (page: EventFilter) => Promise<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  let left = filter.limit ?? Infinity
  let after = filter.after
  while (left > 0) {
    const page = await read({ ...filter, after: after ?? START, limit: Math.min(left, STREAM_BATCH) })
    if (page.length > 0) yield page
    after = page.at(-1)
    if (after === undefined || page.length < STREAM_BATCH) return
    left -= page.length
  }
}

/** Sorts before every possible event. */
const START: Ordered = { lamport_clock: 0, event_id: '' }

/** Whether the events are what the drafts would become. */
function areThese(drafts: readonly Draft[], events: readonly LogEvent[]): boolean {
  return (
    drafts.length === events.length &&
    drafts.every((draft, at) => {
      const event = events[at]
      return (
        event?.event_type === draft.event_type &&
        event.entity_type === draft.entity_type &&
        event.entity_id === draft.entity_id &&
        JSON.stringify(event.payload) === JSON.stringify(draft.payload)
      )
    })
  )
}

function movedTooOften(attempts: number): KittyError {
  return new KittyError(
    'LostRace',
    `Other clones changed this ${attempts} ${attempts === 1 ? 'time' : 'times'} while it was decided; nothing more was written.`,
    { nextSteps: ['Look at it again, and repeat the command if it still applies.'], context: { attempts } },
  )
}

/** Leaves out the `HeadsJoined` events, which no caller asked for. */
function eventsAsked(lines: readonly AppendedLine[]): LogEvent[] {
  return lines.map((line) => line.event).filter((event) => event.event_type !== 'HeadsJoined')
}
