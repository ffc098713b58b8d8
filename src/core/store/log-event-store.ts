import { inject, injectable } from 'inversify'
import { RebuildOnCorruption } from '../../aspects/rebuild-on-corruption.js'
import { assertSameOperation } from '../errors/key-is-taken.js'
import { isKittyError } from '../errors/kitty-error.js'
import { Notices } from '../errors/notices.js'
import { EventRegistry } from '../event-registry.js'
import type { LogEvent, MergeOptions, Registry } from '../events-lib.js'
import { IndexHealth } from '../index/index-health.js'
import { WriteLock } from '../lock/write-lock.js'
import { ClockStorage } from '../log/clock-storage.js'
import { type AppendedLine, EventLog } from '../log/event-log.js'
import { FoldRules } from '../workspace/config.js'
import { Session } from '../workspace/session.js'
import { AppendCursor } from './append-cursor.js'
import { AttributeGuard } from './attribute-guard.js'
import { CallScope } from './call-scope.js'
import { CurrentIndex } from './current-index.js'
import {
  type Draft,
  type EventStore,
  type ForeignDraft,
  type Provenance,
  Team,
  type TeamLink,
} from './event-store.js'
import { LockScope } from './lock-scope.js'
import { LogClock } from './log-clock.js'
import { decideAgain } from './moved-on.js'
import { Recovery } from './recovery.js'
import { refuseArchived } from './refuse-archived.js'
import { firstRunOf } from './stamp.js'
import { type ClockAndHeads, StampedAppend } from './stamped-append.js'
import { StoreReads } from './store-reads.js'
import { Supposition } from './supposition.js'

/** The event store over the JSONL log: lock → recover → catch up → decide → stamp → append → index → clock → release. */
@injectable()
export class LogEventStore extends StoreReads implements EventStore {
  #tail: AppendCursor | undefined

  protected readonly supposed = new CallScope<Supposition>()
  protected readonly index: CurrentIndex
  readonly #locked: LockScope
  readonly #clock: LogClock
  readonly #appends: StampedAppend

  constructor(
    @inject(EventLog) protected readonly log: EventLog,
    @inject(WriteLock) private readonly lock: WriteLock,
    @inject(ClockStorage) clock: ClockStorage,
    @inject(IndexHealth) readonly health: IndexHealth,
    @inject(Recovery) private readonly recovery: Recovery,
    @inject(AttributeGuard) private readonly attributes: AttributeGuard,
    @inject(Session) private readonly session: Session,
    @inject(Notices) private readonly notices: Notices,
    @inject(EventRegistry) registry: Registry,
    @inject(FoldRules) private readonly rules: MergeOptions,
    @inject(Team) private readonly team: { readonly link: TeamLink | undefined },
  ) {
    super()
    // A process that has emitted may emit again; closing the store closes the lock.
    this.#locked = new LockScope(lock, () => this.#tail !== undefined)
    this.#clock = new LogClock(clock, notices)
    this.index = new CurrentIndex(log, health, recovery, team, this.#locked)
    const { index } = this
    const parts = { log, index, recovery, attributes, clock: this.#clock, session, registry, team }
    this.#appends = new StampedAppend(parts)
  }

  get written(): ReadonlySet<string> {
    return this.#appends.written
  }

  async exclusively<T>(purpose: string, work: () => Promise<T>): Promise<T> {
    if (this.#locked.isHeld) return work()
    return this.#locked.run(this.session.command ?? purpose, () => this.#decide(work))
  }

  #decide<T>(work: () => Promise<T>): Promise<T> {
    return decideAgain(this.team.link, work, {
      recover: () => this.recoverAndCatchUp(),
      written: this.written,
    })
  }

  async supposing<T>(
    drafts: readonly Draft[],
    provenance: Provenance,
    work: () => Promise<T>,
  ): Promise<{ answer: T; isWritten: boolean }> {
    this.#locked.assertHeld('supposing')
    const unkeyed = { ...provenance, causationId: null }
    const events = this.#appends.stamped(drafts, unkeyed, await this.stampSources(drafts))
    const supposition = new Supposition(drafts, events, this.rules)
    const answer = await this.supposed.run(supposition, work)
    return { answer, isWritten: supposition.isWritten }
  }

  snapshot<T>(work: () => Promise<T>): Promise<T> {
    return this.index.snapshot(work)
  }

  async emit(drafts: readonly Draft[], provenance: Provenance): Promise<readonly LogEvent[]> {
    if (drafts.length === 0) return []
    if (this.#locked.isHeld) return this.#emitOnce(drafts, provenance)
    return this.#locked.run('emit', async () => {
      const tail = provenance.causationId === null && this.#tail?.follow() ? this.#tail : undefined
      if (tail?.knows(drafts)) return this.#emitBehind(tail, drafts, provenance)
      return this.#decide(() => this.#emitOnce(drafts, provenance))
    })
  }

  async append(drafts: readonly Draft[], provenance: Provenance): Promise<readonly LogEvent[]> {
    this.#locked.assertHeld('append')
    const brought = this.supposed.get()?.take() ?? []
    if (drafts.length + brought.length === 0) return []
    const { lines } = await this.#appendAndIndex([...brought, ...drafts], provenance, brought.length)
    return eventsAsked(lines).slice(brought.length)
  }

  async appendForeign(
    drafts: readonly ForeignDraft[],
    written: (events: readonly LogEvent[]) => void = () => undefined,
  ): Promise<void> {
    this.#locked.assertHeld('appendForeign')
    if (drafts.length === 0) return
    refuseArchived(drafts, await this.features())
    const { nextClock } = await this.stampSources([])
    const next = await this.#appends.appendForeign(drafts, nextClock, async (events) => {
      await this.shortenJournal()
      written(events)
    })
    this.index.fellBehind()
    this.#clock.write(next, this.session.now())
  }

  async #emitOnce(drafts: readonly Draft[], provenance: Provenance): Promise<readonly LogEvent[]> {
    const earlier = provenance.causationId === null ? [] : await this.causedBy(provenance.causationId)
    if (earlier.length > 0) {
      const first = firstRunOf(drafts, earlier)
      const repeats = (): boolean => first !== undefined
      await assertSameOperation(provenance.causationId ?? '', earlier, { provenance, repeats })
      return first ?? earlier
    }
    const { lines, maximum, isSafe } = await this.#appendAndIndex(drafts, provenance)
    if (isSafe && this.team.link === undefined) {
      // Git may have replaced a file since the stamp, and a reader taken it up: the index says which heads are left.
      const heads = await this.index.headsAfter(drafts)
      this.#tail = AppendCursor.behind(this.log, lines, { greatest: maximum, heads })
    }
    return eventsAsked(lines)
  }

  /**
   * @returns the appended lines, the trusted maximum before them, and whether the next append may rely on both: git has
   * no attributes that endanger the log, and did not replace the file in between
   */
  async #appendAndIndex(
    drafts: readonly Draft[],
    provenance: Provenance,
    brought = 0,
  ): Promise<{ lines: readonly AppendedLine[]; maximum: number; isSafe: boolean }> {
    refuseArchived(drafts, await this.features())
    const sources = await this.stampSources(drafts)
    const events = this.#appends.stamped(drafts, provenance, sources, brought)
    const isSafe = this.attributes.beforeAppend(events)
    const lines = await this.#appends.publish(events, provenance.offline === true ? 'offline' : 'decided')
    this.#clock.writeAfter(events.at(-1))
    const [first] = lines
    if (first === undefined) return { lines, maximum: sources.maximum, isSafe }
    const ids = new Set<string>(lines.map(({ event }) => event.event_id))
    const foundOwn = await this.index.ingestOwn({
      file: first.file,
      ids,
      journal: this.recovery.journalEnd(),
    })
    return { lines, maximum: sources.maximum, isSafe: isSafe && foundOwn }
  }

  /** Appends without updating the index; the next query catches up. */
  #emitBehind(tail: AppendCursor, drafts: readonly Draft[], provenance: Provenance): LogEvent[] {
    this.#tail = undefined
    const nextClock = this.#clock.next(tail.maximum)
    const heads = (key: string): readonly string[] => tail.heads(key)
    const events = this.#appends.stamped(drafts, provenance, { maximum: tail.maximum, nextClock, heads })
    const lines = this.#appends.store(events)
    this.#clock.defer(events.at(-1))
    if (tail.append(lines)) this.#tail = tail
    return lines.map((line) => line.event)
  }

  async close(isCommandOver = false): Promise<void> {
    try {
      if (this.#clock.isUnsaved) await this.#saveClock()
      await this.team.link?.close()
    } finally {
      this.log.close()
      this.lock.close()
      // The last process to close a database checkpoints it: SQLite moves the WAL into the file, syncs both and removes
      // the WAL, which costs as much as the rest of a writing command. If we skip the close, SQLite does this once in
      // many commands.
      if (!isCommandOver || this.session.endsWithCommand !== true) await this.health.close()
      this.recovery.handOver()
    }
  }

  /** The events are stored already: a lock that another process keeps must not make their command fail. */
  async #saveClock(): Promise<void> {
    try {
      await this.#locked.run('save the clock', async () => this.#clock.save())
    } catch (error) {
      if (!isKittyError(error)) throw error
      this.notices.warn(`The next command that writes saves clock.json. ${error.message}`)
    }
  }

  /** Repairs what a crash, git or another writer left, before anything is decided. The caller holds the lock. */
  @RebuildOnCorruption
  protected async recoverAndCatchUp(): Promise<void> {
    this.#clock.save()
    await this.recovery.beforeWrite(await this.health.current())
  }

  @RebuildOnCorruption
  protected async shortenJournal(): Promise<void> {
    await this.recovery.shortenJournal(await this.health.current())
  }

  @RebuildOnCorruption
  protected async stampSources(drafts: readonly Draft[]): Promise<ClockAndHeads> {
    const index = await this.index.inLock()
    const maximum = await index.maximumClock()
    const nextClock = this.#clock.next(maximum)
    return { maximum, nextClock, heads: await this.index.headsAfter(drafts) }
  }
}

/** Leaves out the `HeadsJoined` events, which no caller asked for. */
function eventsAsked(lines: readonly AppendedLine[]): LogEvent[] {
  return lines.map((line) => line.event).filter((event) => event.event_type !== 'HeadsJoined')
}
