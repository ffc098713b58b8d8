import type { MergeOptions, WorkPackageState } from '../events-lib.js'
import { trustedMaximum } from '../events-lib.js'
import type { LogFile, LogProblem } from '../log/event-log.js'
import { isOfDay } from '../log/format/day-file.js'
import { type BoardRow, boardRowOf } from './board-row.js'
import type {
  EventFilter,
  EventIndex,
  FeatureRow,
  IndexReader,
  IndexWriter,
  Freshness,
  Watermark,
  WorkPackageKey,
} from './event-index.js'
import type { EventPlace, IndexRow } from './index-row.js'
import type { JournalMark } from './journal-mark.js'
import { EventRows } from './event-rows.js'
import { sameRows } from './same-rows.js'

/**
 * An in-memory index for one process: direct reading of the log, when no database is available. It has the same port
 * and gives the same answers, but every process reads the log again.
 */
export class MemoryEventIndex implements EventIndex, IndexWriter {
  readonly kind = 'memory'
  readonly #rows = new EventRows()
  readonly #marks = new Map<string, Watermark>()
  readonly #workPackages = new Map<string, WorkPackageState>()
  readonly #features = new Map<string, FeatureRow>()
  readonly #explained = new Set<string>()
  #problems: LogProblem[] = []
  #maximum = 0
  #journal: JournalMark | undefined

  constructor(readonly foldRules: MergeOptions = {}) {}

  write<T>(work: (writer: IndexWriter) => Promise<T>): Promise<T> {
    return work(this)
  }

  async close(): Promise<void> {}

  async freshness(files: readonly LogFile[]): Promise<Freshness> {
    const isRead = (file: LogFile): boolean => this.#marks.get(file.name)?.identity === file.identity
    return {
      isUpToDate: files.length === this.#marks.size && files.every(isRead),
      isWhole: files.every((file) => this.#marks.get(file.name)?.offset === file.size),
      journal: this.#journal,
      hasProblems: this.#problems.length > 0,
    }
  }

  async watermark(file: string): Promise<Watermark | undefined> {
    return this.#marks.get(file)
  }

  async watermarks(): Promise<Watermark[]> {
    return [...this.#marks.values()]
  }

  async journalMark(): Promise<JournalMark | undefined> {
    return this.#journal
  }

  async locate(filter: EventFilter): Promise<IndexRow[]> {
    return this.#rows.limited(filter)
  }

  places(filter: EventFilter): Promise<EventPlace[]> {
    return this.locate(filter)
  }

  hasRowsOf(other: IndexReader): Promise<boolean> {
    return sameRows(this, other)
  }

  async locateWorkPackage(feature: string, workPackage: string): Promise<EventPlace[]> {
    return this.#rows.ofWorkPackage(feature, workPackage)
  }

  async rows(eventIds: readonly string[]): Promise<IndexRow[]> {
    return eventIds.flatMap((id) => this.#rows.get(id) ?? [])
  }

  async absent(eventIds: readonly string[]): Promise<string[]> {
    return eventIds.filter((id) => this.#rows.get(id) === undefined)
  }

  async gateOwner(feature: string, gate: string): Promise<string | undefined> {
    return this.#rows.gateOwner(feature, gate)
  }

  async workPackage(feature: string, workPackage: string): Promise<WorkPackageState | undefined> {
    return this.#workPackages.get(keyOf({ feature_slug: feature, work_package_id: workPackage }))
  }

  async workPackages(feature?: string): Promise<WorkPackageState[]> {
    const keys = [...this.#workPackages.keys()].sort()
    const states = keys.flatMap((key) => this.#workPackages.get(key) ?? [])
    return feature === undefined ? states : states.filter((state) => state.feature_slug === feature)
  }

  async boardRows(feature?: string): Promise<BoardRow[]> {
    return (await this.workPackages(feature)).map(boardRowOf)
  }

  async features(): Promise<FeatureRow[]> {
    return [...this.#features.values()].sort((a, b) => (a.feature_slug < b.feature_slug ? -1 : 1))
  }

  async featureSlugs(): Promise<string[]> {
    const slugs = new Set(this.#features.keys())
    for (const { feature_slug } of this.#workPackages.values()) slugs.add(feature_slug)
    return [...slugs].sort()
  }

  async problems(): Promise<LogProblem[]> {
    return [...this.#problems].sort((a, b) =>
      a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1,
    )
  }

  async maximumClock(): Promise<number> {
    return this.#maximum
  }

  async suspicious(): Promise<IndexRow[]> {
    return this.#rows.ordered().filter((row) => row.lamport_clock > this.#maximum)
  }

  async misfiled(): Promise<IndexRow[]> {
    return this.#rows.ordered().filter(({ file, date }) => !isOfDay(file, date))
  }

  async count(filter: EventFilter = {}): Promise<number> {
    return this.#rows.matching(filter).length
  }

  async insert(rows: readonly IndexRow[]): Promise<IndexRow[]> {
    return this.#rows.add(rows)
  }

  async relocate(row: IndexRow): Promise<void> {
    this.#rows.replace(row)
  }

  async forget(file: string): Promise<{ workPackages: WorkPackageKey[]; features: string[] }> {
    const gone = [...this.#rows.all()].filter((row) => row.file === file)
    const workPackages: WorkPackageKey[] = []
    for (const { feature_slug, entity_type, entity_id } of gone) {
      const owner = entity_type === 'Gate' ? this.#rows.gateOwner(feature_slug, entity_id) : entity_id
      if ((entity_type === 'Gate' || entity_type === 'WorkPackage') && owner !== undefined)
        workPackages.push({ feature_slug, work_package_id: owner })
    }
    this.#rows.remove(gone)
    this.#problems = this.#problems.filter((problem) => problem.file !== file)
    this.#marks.delete(file)
    const features = gone.filter((row) => row.entity_type === 'FeatureSpec').map((row) => row.feature_slug)
    return { workPackages, features }
  }

  async putWatermark(mark: Watermark): Promise<void> {
    this.#marks.set(mark.file, mark)
  }

  async putJournalMark(mark: JournalMark): Promise<void> {
    this.#journal = mark
  }

  async putProblems(problems: readonly LogProblem[]): Promise<void> {
    for (const problem of problems) this.#problems.push(problem)
  }

  async putWorkPackages(states: readonly WorkPackageState[]): Promise<void> {
    for (const state of states) this.#workPackages.set(keyOf(state), state)
  }

  async removeWorkPackages(keys: readonly WorkPackageKey[]): Promise<void> {
    for (const key of keys) this.#workPackages.delete(keyOf(key))
  }

  async putFeature(feature: FeatureRow): Promise<void> {
    this.#features.set(feature.feature_slug, feature)
  }

  async removeFeature(feature: string): Promise<void> {
    this.#features.delete(feature)
  }

  async markExplained(keys: readonly string[]): Promise<string[]> {
    const news = [...new Set(keys)].filter((key) => !this.#explained.has(key))
    for (const key of news) this.#explained.add(key)
    return news
  }

  async clocks(): Promise<{ trusted: number; greatest: number }> {
    return { trusted: this.#maximum, greatest: this.#rows.ordered().at(-1)?.lamport_clock ?? 0 }
  }

  async putMaximumClock(value: number): Promise<void> {
    this.#maximum = value
  }

  async fileMaximum(file: string, floor: number, most: number): Promise<number> {
    let maximum = 0
    for (const { file: own, lamport_clock: clock } of this.#rows.all())
      if (own === file && clock > floor && clock <= most) maximum = Math.max(maximum, clock)
    return maximum
  }

  async trustedClock(): Promise<number> {
    return trustedMaximum(await this.clocksAbove(0)).maximum
  }

  async clocksAbove(floor: number): Promise<number[]> {
    const values = new Set<number>()
    for (const row of this.#rows.all()) if (row.lamport_clock > floor) values.add(row.lamport_clock)
    return [...values].sort((a, b) => a - b)
  }
}

function keyOf(key: WorkPackageKey): string {
  // A slug never holds NUL, so this sorts by feature, then by package.
  return `${key.feature_slug}\0${key.work_package_id}`
}
