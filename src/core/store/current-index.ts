import { RebuildOnCorruption } from '../../aspects/rebuild-on-corruption.js'
import { catchUp } from '../index/ingest/catch-up.js'
import { distrust } from '../index/ingest/file-read.js'
import type { OwnAppend } from '../index/ingest/own-append.js'
import type { LogEvent } from '../events-lib.js'
import type { EventIndex, Freshness } from '../index/event-index.js'
import type { EventPlace } from '../index/index-row.js'
import type { IndexHealth } from '../index/index-health.js'
import type { EventLog } from '../log/event-log.js'
import { CallScope } from './call-scope.js'
import { headsOf } from './draft-heads.js'
import type { Draft, TeamLink } from './event-store.js'
import type { LockScope } from './lock-scope.js'
import type { Recovery } from './recovery.js'

/** The index that a call reads, up to date with the log or as the holder of the write lock left it, and its events. */
export class CurrentIndex {
  #isBehind = false
  /** How the index stood when last read. */
  #freshness: Freshness | undefined
  /** Inside `snapshot`, the index that was brought up to date once for all reads. */
  readonly #moment = new CallScope<{ index?: EventIndex }>()

  constructor(
    private readonly log: EventLog,
    readonly health: IndexHealth,
    private readonly recovery: Recovery,
    private readonly team: { readonly link: TeamLink | undefined },
    private readonly lock: LockScope,
  ) {}

  /** All reads within `work` share one look at the log. */
  snapshot<T>(work: () => Promise<T>): Promise<T> {
    return this.#moment.get() ? work() : this.#moment.run({}, work)
  }

  /** Says that the holder of the lock has appended lines that the index lacks; the next read catches up. */
  fellBehind(): void {
    this.#isBehind = true
  }

  /** Says that the index named lines that are not there; the next read looks at the files, also inside `snapshot`. */
  lookAgain(): void {
    this.#isBehind = true
    const moment = this.#moment.get()
    if (moment) delete moment.index
  }

  /**
   * Queries the index while we stat the files, since SQLite runs on its own thread. Queries again unless nothing has
   * changed since the last read.
   */
  async ask<T>(query: (index: EventIndex) => Promise<T>): Promise<T> {
    const before = this.#freshness
    if (before === undefined) return query(await this.upToDate())
    const index = await this.health.current()
    const answer = query(index)
    // When we query again, no one awaits this promise: keep its rejection from being unhandled.
    answer.catch(() => undefined)
    const now = await this.upToDate()
    return now === index && this.#freshness === before ? answer : query(now)
  }

  async upToDate(): Promise<EventIndex> {
    if (this.lock.isHeld) return this.inLock()
    await this.team.link?.refresh()
    const index = await this.health.current()
    const moment = this.#moment.get()
    if (moment?.index === index) return index
    this.#freshness = await this.recovery.beforeRead(index, (work) =>
      this.lock.run('put back events that git took away', work),
    )
    if (moment) moment.index = index
    return index
  }

  /** No one else writes while we hold the lock, so the index is as this store left it. */
  async inLock(): Promise<EventIndex> {
    const index = await this.health.current()
    if (this.#isBehind) {
      this.#isBehind = false
      this.recovery.explain(await catchUp(this.log, index), index)
    }
    return index
  }

  /** @returns whether the file holds the lines after those that the index knew, and no others */
  @RebuildOnCorruption
  async ingestOwn(appended: OwnAppend): Promise<boolean> {
    const index = await this.health.current()
    const report = await catchUp(this.log, index, { appended })
    this.recovery.explain(report, index)
    if (report.foundOwn) return true
    // The file does not hold the lines we wrote: git replaced it within microseconds.
    await distrust(index, appended.file)
    this.recovery.explain(await catchUp(this.log, index), index)
    return false
  }

  /** The events at these places. A line that is not there, or another one, makes the next read look at the files. */
  eventsAt(rows: readonly EventPlace[]): LogEvent[] {
    try {
      return this.recovery.confirmed(rows, this.log.readEvents(rows))
    } catch (error) {
      this.lookAgain()
      throw error
    }
  }

  /** The heads that the index now has of the drafts' entities, by `entityKey`. */
  @RebuildOnCorruption
  async headsAfter(drafts: readonly Draft[]): Promise<(key: string) => readonly string[]> {
    const heads = await headsOf(drafts, await this.inLock(), (rows) => this.eventsAt(rows))
    return (key) => heads.get(key) ?? []
  }
}
