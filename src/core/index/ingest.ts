import type { LogEvent, MergeOptions, WorkPackageState } from '../events-lib.js'
import {
  CLOCK_GAP,
  detectConflicts,
  emptyWorkPackage,
  Evolution,
  fold,
  foldFeature,
  lineThatCounts,
  trustedMaximum,
} from '../events-lib.js'
import type { EventLog, LogLine, LogProblem } from '../log/event-log.js'
import { fileRank, isOverlayFile } from '../log/format/day-file.js'
import { conflictKey, type ConflictResolution, settlerOf } from './conflict-resolution.js'
import type { IndexRow, IndexWriter, WorkPackageKey } from './event-index.js'
import { rowOf } from './event-index.js'
import { settleAll } from './settle-all.js'

/** Kinds of problems that say the log has an event more than once. */
const REPEATS = new Set(['duplicate', 'duplicate_elsewhere', 'same_id', 'on_hub'])

/** About as many rows as a chunk of a file has lines. */
const ROWS_AT_ONCE = 2000

/** Replaces the state of a package that must be refolded. */
const REFOLD = Symbol('refold')

/**
 * Ingests log lines within one transaction: rows, problems, and the state of every package they touch. Evolves a
 * package event by event while its history is linear, and refolds it from its whole history when events are concurrent,
 * out of order or gone.
 */
export class Ingest {
  /** Nested by feature and package: a combined key would have to be built for every event. */
  readonly #evolutions = new Map<string, Map<string, Evolution | typeof REFOLD>>()
  readonly #refold = new Map<string, WorkPackageKey>()
  readonly #features = new Set<string>()
  /** Used for a new index: the one entity that a feature's own events are about, or undefined if there are several. */
  readonly #specs = new Map<string, string | undefined>()
  readonly #lastClock = new Map<string, number>()
  readonly #disordered = new Set<string>()
  /** Grouped by package or feature, since refolding a package may change its conflicts. */
  readonly #resolutions = new Map<string, ConflictResolution[]>()
  #rows: IndexRow[] = []
  #problems: LogProblem[] = []
  /** Resolves when the rows handed over so far are inserted: SQLite inserts them while we read the next lines. */
  #taking: Promise<void> = Promise.resolve()

  private constructor(
    private readonly log: EventLog,
    private readonly writer: IndexWriter,
    private readonly foldRules: MergeOptions,
    /** The index is empty, so there are no states to load. */
    private readonly fresh: boolean,
    /** The greatest clock value known to connect to the start of the log without a suspicious gap. */
    private trusted: number,
    /** Whether there may be values above it. */
    private doubtful: boolean,
  ) {}

  static async begin(
    log: EventLog,
    writer: IndexWriter,
    foldRules: MergeOptions,
    fresh: boolean,
  ): Promise<Ingest> {
    const { trusted, greatest } = fresh ? { trusted: 0, greatest: 0 } : await writer.clocks()
    return new Ingest(log, writer, foldRules, fresh, trusted, greatest > trusted)
  }

  /**
   * Drops what was read from files that have been rewritten or removed. Returns the files to read from the start. When
   * several files hold the same event, only one has its row, so losing any file means reading all of them again.
   */
  async forget(lost: readonly string[], all: readonly string[]): Promise<Set<string>> {
    if (lost.length === 0) return new Set()
    this.doubtful = true
    const repeats = (await this.writer.problems()).some((problem) => REPEATS.has(problem.kind))
    const forgotten = repeats ? all : lost
    for (const file of forgotten) {
      const touched = await this.writer.forget(file)
      for (const key of touched.workPackages) this.#markForRefold(key)
      for (const feature of touched.features) this.#features.add(feature)
    }
    this.trusted = await this.writer.trustedClock()
    return new Set(forgotten)
  }

  async ingest(file: string, lines: readonly LogLine[]): Promise<void> {
    let last = this.#lastClock.get(file)
    for (const line of lines) {
      if (line.problem) this.#problems.push(line.problem)
      if (!line.event) continue
      const clock = line.event.lamport_clock
      // Poison has no place in the order: otherwise every event written after it would be out of order, and the file
      // rewritten.
      if (this.#isPoison(clock)) this.doubtful = true
      else {
        last ??= await this.#maximumBefore(file, clock)
        if (clock < last && !isOverlayFile(file) && this.#isFirstDisorder(file))
          this.#problems.push(outOfOrder(line))
        last = Math.max(last, clock)
      }
      this.#rows.push(rowOf(line.event, line))
      const evolving = this.#evolve(line.event)
      if (evolving !== undefined) await evolving
    }
    if (last !== undefined) this.#lastClock.set(file, last)
    // Batch the rows: a smaller batch would make us wait at the end of a file with nothing left to read.
    if (this.#rows.length >= ROWS_AT_ONCE) await this.handOver()
  }

  /** Starts inserting what has been ingested; {@link taken} tells when it is done. */
  async handOver(): Promise<void> {
    await this.taken()
    const [rows, problems] = [this.#rows, this.#problems]
    this.#rows = []
    this.#problems = []
    this.#taking = this.#take(rows, problems)
    // The caller that awaits the rows gets the error.
    this.#taking.catch(() => undefined)
  }

  /** Resolves when all rows handed over are inserted. */
  taken(): Promise<void> {
    return this.#taking
  }

  async #take(rows: readonly IndexRow[], problems: LogProblem[]): Promise<void> {
    for (const row of await this.writer.insert(rows)) problems.push(await this.#repeated(row))
    await this.writer.putProblems(problems)
  }

  /** The greatest clock value of the file's earlier lines; 0 when there are none. */
  async #maximumBefore(file: string, clock: number): Promise<number> {
    // The index holds no greater value, so neither does this file.
    const isFirst = this.fresh || clock > this.trusted
    return isFirst ? 0 : this.writer.fileMaximum(file)
  }

  /** True once per file: for the first line that comes after a later event. */
  #isFirstDisorder(file: string): boolean {
    const isFirst = !this.#disordered.has(file)
    this.#disordered.add(file)
    return isFirst
  }

  /** @returns the conflicts not yet reported to anyone, and how they came out */
  async settle(): Promise<ConflictResolution[]> {
    const maximum = this.doubtful ? await this.#trustedAgain() : this.trusted
    const states = this.#evolved()
    for (const [name, key] of this.#refold) {
      const rows = await this.writer.locateWorkPackage(key.feature_slug, key.work_package_id)
      const trusted = rows.filter((row) => row.lamport_clock <= maximum)
      const events = this.log.readEvents(trusted).filter((event) => event !== undefined)
      const state = events.length === 0 ? undefined : fold(events, this.foldRules)
      this.#meetConflicts(name, events)
      if (state) states.push(state)
      else await this.writer.removeWorkPackages([key])
    }
    await settleAll([this.writer.putMaximumClock(maximum), this.writer.putWorkPackages(states)])
    for (const feature of this.#features) await this.#settleFeature(feature, maximum)
    return this.#unexplained()
  }

  #evolved(): WorkPackageState[] {
    return [...this.#evolutions.values()]
      .flatMap((ofFeature) => [...ofFeature.values()])
      .flatMap((evolution) => (evolution === REFOLD ? [] : evolution.state))
  }

  #meetConflicts(name: string, history: readonly LogEvent[]): void {
    const conflicts = detectConflicts(history, this.foldRules)
    const resolutions = conflicts.map((conflict) => ({ conflict, settledBy: settlerOf(conflict, history) }))
    this.#resolutions.set(name, resolutions)
  }

  async #unexplained(): Promise<ConflictResolution[]> {
    const met = [...this.#resolutions.values()]
      .flat()
      .map((resolution) => [conflictKey(resolution.conflict), resolution] as const)
    const news = new Set(await this.writer.markExplained(met.map(([key]) => key)))
    const told = met.filter(([key]) => news.has(key)).map(([, resolution]) => resolution)
    // A new index has no memory: old settled conflicts are history, but open ones are worth repeating.
    return this.fresh ? told.filter(({ conflict }) => conflict.open) : told
  }

  /** Returns the trusted maximum. Events above it are kept out of every state until the clock gap below them closes. */
  async #trustedAgain(): Promise<number> {
    const doubtful = await this.writer.clocksAbove(this.trusted)
    const { maximum } = trustedMaximum(doubtful, this.trusted)
    if (maximum > this.trusted) {
      const rows = await this.writer.locate({ sinceClock: this.trusted })
      for (const row of rows) if (row.lamport_clock <= maximum) await this.#markOwner(row)
    }
    return maximum
  }

  async #settleFeature(feature: string, maximum: number): Promise<void> {
    const rows = await this.writer.locate({
      feature,
      // Find it by its key: a search by type only would visit every event of the feature.
      entity: this.#specs.get(feature),
      entityType: 'FeatureSpec',
    })
    const trusted = rows.filter((row) => row.lamport_clock <= maximum)
    const events = this.log.readEvents(trusted).filter((event) => event !== undefined)
    const state = foldFeature(events)
    this.#meetConflicts(feature, events)
    if (state === undefined) return this.writer.removeFeature(feature)
    return this.writer.putFeature(state)
  }

  #meetSpec({ payload: { feature_slug }, entity_id }: LogEvent): void {
    if (!this.fresh) return
    const isOther = this.#specs.has(feature_slug) && this.#specs.get(feature_slug) !== entity_id
    this.#specs.set(feature_slug, isOther ? undefined : entity_id)
  }

  #isPoison(clock: number): boolean {
    return clock > this.trusted + CLOCK_GAP
  }

  /** Returns a promise only when it must query the index: most lines concern packages already loaded. */
  #evolve(event: LogEvent): Promise<void> | undefined {
    if (event.entity_type === 'FeatureSpec') this.#meetSpec(event)
    if (this.#isPoison(event.lamport_clock)) return undefined
    this.trusted = Math.max(this.trusted, event.lamport_clock)
    const feature_slug = event.payload.feature_slug
    if (event.entity_type === 'FeatureSpec') this.#features.add(feature_slug)
    if (event.entity_type !== 'WorkPackage') return this.#evolveOwner(event)
    const known = this.#evolutions.get(feature_slug)?.get(event.entity_id)
    if (known === undefined)
      return this.#evolveStored({ feature_slug, work_package_id: event.entity_id }, event)
    if (known !== REFOLD) this.#advance(known, event)
    return undefined
  }

  async #evolveOwner(event: LogEvent): Promise<void> {
    const key = await this.#ownerOf(event)
    if (key !== undefined) await this.#evolveStored(key, event)
  }

  async #evolveStored(key: WorkPackageKey, event: LogEvent): Promise<void> {
    const evolution = this.#ofFeature(key).get(key.work_package_id) ?? (await this.#load(key))
    if (evolution !== REFOLD) this.#advance(evolution, event)
  }

  #advance(evolution: Evolution, event: LogEvent): void {
    // A gate's results may have come before the gate itself, and are not in any state yet.
    if (event.event_type === 'GateCreated' || !evolution.canExtend(event)) this.#markForRefold(evolution.key)
    else this.#extend(evolution, event)
  }

  #extend(evolution: Evolution, event: LogEvent): void {
    const before = evolution.conflicts
    evolution.extend(event)
    if (evolution.conflicts.length === before.length) return
    const open = new Set(evolution.conflicts)
    const settled = before.filter((conflict) => !open.has(conflict))
    const name = nameOf(evolution.key)
    const earlier = this.#resolutions.get(name) ?? []
    this.#resolutions.set(name, [
      ...earlier,
      ...settled.map((conflict) => ({ conflict: { ...conflict, open: false }, settledBy: event })),
    ])
  }

  async #load(key: WorkPackageKey): Promise<Evolution | typeof REFOLD> {
    const { feature_slug, work_package_id } = key
    const stored = this.fresh ? undefined : await this.writer.workPackage(feature_slug, work_package_id)
    // While we waited, the pending rows may have revealed a duplicate ID.
    if (this.#refold.has(nameOf(key))) return REFOLD
    const state = stored ?? emptyWorkPackage(feature_slug, work_package_id, this.foldRules.table)
    const evolution = new Evolution(state, this.foldRules)
    this.#ofFeature(key).set(work_package_id, evolution)
    return evolution
  }

  #ofFeature({ feature_slug }: WorkPackageKey): Map<string, Evolution | typeof REFOLD> {
    const known = this.#evolutions.get(feature_slug)
    if (known !== undefined) return known
    const made = new Map<string, Evolution | typeof REFOLD>()
    this.#evolutions.set(feature_slug, made)
    return made
  }

  /** The package that a gate's event belongs to. */
  async #ownerOf(event: LogEvent): Promise<WorkPackageKey | undefined> {
    if (event.entity_type !== 'Gate') return undefined
    const feature_slug = event.payload.feature_slug
    const created = event.event_type === 'GateCreated' ? rowOf(event, NOWHERE).work_package_id : undefined
    // A gate's creation forces a refold of its package. In an empty index, that event was just ingested or is still to
    // come.
    const owner =
      created ?? (this.fresh ? undefined : await this.writer.gateOwner(feature_slug, event.entity_id))
    return owner === undefined ? undefined : { feature_slug, work_package_id: owner }
  }

  async #markOwner(row: IndexRow): Promise<void> {
    if (row.entity_type === 'FeatureSpec') this.#features.add(row.feature_slug)
    const gate = row.entity_type === 'Gate' && row.work_package_id === null
    const owner = gate ? await this.writer.gateOwner(row.feature_slug, row.entity_id) : row.work_package_id
    if (owner) this.#markForRefold({ feature_slug: row.feature_slug, work_package_id: owner })
  }

  #markForRefold(key: WorkPackageKey): void {
    this.#refold.set(nameOf(key), key)
    this.#ofFeature(key).set(key.work_package_id, REFOLD)
  }

  /**
   * Handles a second line with a known ID. A merge leaves behind lines with the same bytes. Different bytes mean that
   * one ID names two events: the redacted line counts, otherwise the one that sorts first by its bytes, regardless of
   * which was read first.
   */
  async #repeated(row: IndexRow): Promise<LogProblem> {
    const [kept] = await this.writer.rows([row.event_id])
    const place = { file: row.file, line: row.line }
    if (kept === undefined)
      return { ...place, kind: 'duplicate', message: `event ${row.event_id} stands twice` }
    const [ours, theirs] = [this.log.readLine(kept), this.log.readLine(row)]
    const where = `${kept.file}:${kept.line}`
    const [rank, other] = [fileRank(kept.file), fileRank(row.file)]
    if (ours === theirs && rank !== other) {
      // Git has brought what the hub brought before, or the other way round. The log's own line has the row.
      if (other < rank) await this.writer.relocate(row)
      return { ...place, kind: 'on_hub', message: `event ${row.event_id} is also in ${where}; counted once` }
    }
    if (theirs === undefined || ours === theirs) {
      const kind = kept.file === row.file ? 'duplicate' : 'duplicate_elsewhere'
      return { ...place, kind, message: `event ${row.event_id} is also in ${where}; counted once` }
    }
    const thisCounts = ours === undefined || lineThatCounts(ours, theirs) === theirs
    if (thisCounts) await this.writer.relocate(row)
    // They may belong to two packages, and each may have been evolved with the line that does not count.
    await this.#markOwner(kept)
    await this.#markOwner(row)
    const counts = thisCounts ? 'this line counts' : 'that line counts'
    return {
      ...place,
      kind: 'same_id',
      message: `event ${row.event_id} is also in ${where} with other bytes; ${counts} (a redacted one, else the first by its bytes)`,
    }
  }
}

function outOfOrder({ file, line }: LogLine): LogProblem {
  return {
    file,
    line,
    kind: 'out_of_order',
    message: 'stands behind a later event; order is told by the clock alone',
  }
}

const NOWHERE = { file: '', line: 0, offset: 0, length: 0 }

function nameOf(key: WorkPackageKey): string {
  return `${key.feature_slug}\0${key.work_package_id}`
}
