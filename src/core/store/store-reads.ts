import { RebuildOnCorruption } from '../../aspects/rebuild-on-corruption.js'
import { distinctEvents, type LogEvent, withoutRenumbered, type WorkPackageState } from '../events-lib.js'
import { type BoardRow, boardRowOf } from '../index/board-row.js'
import type { EventFilter, EventIndex, FeatureRow, Watermark } from '../index/event-index.js'
import { type IndexRow, suspiciousClock } from '../index/index-row.js'
import type { IndexHealth } from '../index/index-health.js'
import { isNewestOnly } from '../index/event-query.js'
import { type EventLog, type LogProblem, SCAN_START } from '../log/event-log.js'
import type { CallScope } from './call-scope.js'
import type { CurrentIndex } from './current-index.js'
import { byNumber } from './package-order.js'
import { pages } from './pages.js'
import { type Supposition, withStates } from './supposition.js'

/** The half of the event store that reads: from the index, and the events' own bytes from the log. */
export abstract class StoreReads {
  /** Events that a call supposes; its reads include them until its first append. */
  protected abstract readonly supposed: CallScope<Supposition>
  protected abstract readonly index: CurrentIndex
  protected abstract readonly log: EventLog
  abstract readonly health: IndexHealth

  @RebuildOnCorruption
  async read(filter: EventFilter = {}): Promise<LogEvent[]> {
    return this.index.eventsAt(await (await this.index.upToDate()).places(filter))
  }

  @RebuildOnCorruption
  async count(filter: EventFilter = {}): Promise<number> {
    return (await this.index.upToDate()).count(filter)
  }

  @RebuildOnCorruption
  async wholeLog(): Promise<LogEvent[]> {
    const maximum = await (await this.index.upToDate()).maximumClock()
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
    const rows = await (await this.index.upToDate()).rows(ids)
    const events = new Map(this.index.eventsAt(rows).map((event) => [event.event_id as string, event]))
    return ids.flatMap((id) => events.get(id) ?? [])
  }

  @RebuildOnCorruption
  async positions(): Promise<Watermark[]> {
    return (await this.index.upToDate()).watermarks()
  }

  @RebuildOnCorruption
  async workPackage(feature: string, workPackage: string): Promise<WorkPackageState | undefined> {
    const index = await this.index.upToDate()
    const supposed = await this.#supposedStates(index)
    return (
      supposed.find((state) => state.feature_slug === feature && state.work_package_id === workPackage) ??
      index.workPackage(feature, workPackage)
    )
  }

  async #supposedStates(index: EventIndex): Promise<WorkPackageState[]> {
    const supposition = this.supposed.get()
    if (supposition === undefined) return []
    return supposition.states((feature, id) => index.workPackage(feature, id))
  }

  @RebuildOnCorruption
  async workPackages(feature?: string): Promise<WorkPackageState[]> {
    const index = await this.index.upToDate()
    const states = await index.workPackages(feature)
    const supposed = await this.#supposedStates(index)
    return byNumber(supposed.length === 0 ? states : withStates(states, supposed, feature, (state) => state))
  }

  @RebuildOnCorruption
  async boardRows(feature?: string): Promise<BoardRow[]> {
    const index = await this.index.upToDate()
    const rows = await index.boardRows(feature)
    const supposed = await this.#supposedStates(index)
    return byNumber(supposed.length === 0 ? rows : withStates(rows, supposed, feature, boardRowOf))
  }

  @RebuildOnCorruption
  async history(feature: string, workPackage: string): Promise<LogEvent[]> {
    const places = await this.index.ask((index) => index.locateWorkPackage(feature, workPackage))
    return [...withoutRenumbered(this.index.eventsAt(places))]
  }

  @RebuildOnCorruption
  async features(): Promise<FeatureRow[]> {
    return (await this.index.upToDate()).features()
  }

  @RebuildOnCorruption
  async featureSlugs(): Promise<string[]> {
    return (await this.index.upToDate()).featureSlugs()
  }

  @RebuildOnCorruption
  async problems(): Promise<LogProblem[]> {
    const index = await this.index.upToDate()
    const [problems, suspects] = await Promise.all([index.problems(), index.suspicious()])
    return [...problems, ...suspects.map((row) => suspiciousClock(row))]
  }

  @RebuildOnCorruption
  async trustedClock(): Promise<number> {
    return (await this.index.upToDate()).maximumClock()
  }

  @RebuildOnCorruption
  async causedBy(causationId: string): Promise<LogEvent[]> {
    return this.index.eventsAt(await (await this.index.upToDate()).places({ causation: causationId }))
  }

  @RebuildOnCorruption
  protected async rows(filter: EventFilter): Promise<IndexRow[]> {
    return (await this.index.upToDate()).locate(filter)
  }
}
