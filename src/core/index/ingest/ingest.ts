import type { MergeOptions } from '../../events-lib.js'
import { CLOCK_GAP, trustedMaximum } from '../../events-lib.js'
import type { EventLog, LogLine, LogProblem } from '../../log/event-log.js'
import { isOverlayFile } from '../../log/format/day-file.js'
import { conflictKey, type ConflictResolution } from './conflict-resolution.js'
import type { IndexWriter } from '../event-index.js'
import { type IndexRow, rowOf } from '../index-row.js'
import { Evolutions } from './evolutions.js'
import { repeatedLine, REPEATS } from './repeated-line.js'

/** Kinds of problems that are said once per file, also where it is read in parts. */
const ONCE_A_FILE = new Set(['crlf', 'out_of_order'])

/** About as many rows as a chunk of a file has lines. */
const ROWS_AT_ONCE = 2000

/** Ingests log lines within one transaction: rows, problems, and the state of every package they touch. */
export class Ingest {
  readonly #evolutions: Evolutions
  readonly #lastClock = new Map<string, number>()
  readonly #disordered = new Set<string>()
  #rows: IndexRow[] = []
  #problems: LogProblem[] = []
  /** Resolves when the rows handed over so far are inserted: SQLite inserts them while we read the next lines. */
  #taking: Promise<void> = Promise.resolve()

  private constructor(
    private readonly log: EventLog,
    private readonly writer: IndexWriter,
    foldRules: MergeOptions,
    /** The index is empty, so there are no states to load. */
    private readonly fresh: boolean,
    /** The greatest clock value known to connect to the start of the log without a suspicious gap. */
    private trusted: number,
    /** Whether there may be values above it. */
    private doubtful: boolean,
  ) {
    this.#evolutions = new Evolutions(log, writer, foldRules, fresh)
  }

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
      for (const key of touched.workPackages) this.#evolutions.refold(key)
      for (const feature of touched.features) this.#evolutions.refoldFeature(feature)
    }
    this.trusted = await this.writer.trustedClock()
    return new Set(forgotten)
  }

  /** Says that the index has no rows of the file: it is read from its start. */
  begins(file: string): void {
    this.#lastClock.set(file, 0)
  }

  async ingest(file: string, lines: readonly LogLine[]): Promise<void> {
    let last = this.#lastClock.get(file)
    for (const line of lines) {
      if (line.problem) this.#problems.push(line.problem)
      if (!line.event) continue
      const clock = line.event.lamport_clock
      // Poison has no place in the order: otherwise every event written after it would be out of order, and the file
      // rewritten.
      const isPoison = clock > this.trusted + CLOCK_GAP
      if (isPoison) this.doubtful = true
      else {
        // The order in which the hub brings events means nothing.
        last ??= isOverlayFile(file) ? 0 : await this.#maximumBefore(file, clock)
        if (clock < last && !isOverlayFile(file) && this.#isFirstDisorder(file))
          this.#problems.push(outOfOrder(line))
        last = Math.max(last, clock)
      }
      this.#rows.push(rowOf(line.event, line))
      if (line.event.entity_type === 'FeatureSpec') this.#evolutions.meetSpec(line.event)
      if (isPoison) continue
      this.trusted = Math.max(this.trusted, clock)
      const evolving = this.#evolutions.evolve(line.event)
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
    const refoldOwner = (row: IndexRow): Promise<void> => this.#evolutions.refoldOwner(row)
    const ingesting = { log: this.log, writer: this.writer, refoldOwner }
    for (const row of await this.writer.insert(rows)) problems.push(await repeatedLine(row, ingesting))
    await this.writer.putProblems(await this.#unsaid(problems))
  }

  /** Without those that were said of the file when an earlier part of it was read. */
  async #unsaid(problems: readonly LogProblem[]): Promise<readonly LogProblem[]> {
    if (!problems.some(({ kind }) => ONCE_A_FILE.has(kind))) return problems
    const said = new Set((await this.writer.problems()).map(({ file, kind }) => `${file} ${kind}`))
    return problems.filter(({ file, kind }) => !ONCE_A_FILE.has(kind) || !said.has(`${file} ${kind}`))
  }

  /** The greatest clock value of the file's earlier lines, 0 unless one of them has a greater one than this. */
  async #maximumBefore(file: string, clock: number): Promise<number> {
    // The index holds no greater value, so neither does this file.
    const isFirst = this.fresh || clock > this.trusted
    return isFirst ? 0 : this.writer.fileMaximum(file, clock, this.trusted)
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
    return this.#unexplained(await this.#evolutions.settle(maximum))
  }

  /** Files of which a line was gone when a state needed it: the states are not whole. */
  get vanished(): ReadonlySet<string> {
    return this.#evolutions.vanished
  }

  async #unexplained(resolutions: readonly ConflictResolution[]): Promise<ConflictResolution[]> {
    const met = resolutions.map((resolution) => [conflictKey(resolution.conflict), resolution] as const)
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
      for (const row of rows) if (row.lamport_clock <= maximum) await this.#evolutions.refoldOwner(row)
    }
    return maximum
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
