import type { FeatureState, MergeOptions, Ordered, WorkPackageState } from '../events-lib.js'
import type { LogFile, LogProblem } from '../log/event-log.js'
import type { BoardRow } from './board-row.js'
import type { EventPlace, IndexRow } from './index-row.js'
import type { JournalMark } from './journal-mark.js'

/** How far a log file has been read, and how to tell whether it was rewritten since. */
export interface Watermark {
  readonly file: string
  /** The file's identity when it was read; see `LogFile.identity`. */
  readonly identity: string
  readonly size: number
  readonly offset: number
  readonly line: number
  /** CRC-32 of the bytes before `offset`. */
  readonly crc: number
}

export interface EventFilter {
  readonly feature?: string | undefined
  readonly entity?: string | undefined
  readonly entityType?: string | undefined
  readonly type?: string | undefined
  readonly actor?: string | undefined
  readonly causation?: string | undefined
  readonly correlation?: string | undefined
  /** Exclusive lower bound on the Lamport clock. */
  readonly sinceClock?: number | undefined
  /** Exclusive lower bound in the total order. */
  readonly after?: Ordered | undefined
  /** Inclusive bounds, `YYYY-MM-DD` or an RFC 3339 UTC time. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  /**
   * At most this many rows: the first ones when `sinceClock` or `after` is given (for paging), otherwise the newest.
   * The result is always in causal order.
   */
  readonly limit?: number | undefined
}

export type FeatureRow = FeatureState

/** How an index compares to the log's files as listed now. */
export interface Freshness {
  /** Every file has been read in its current state, and the index knows no others. */
  readonly isUpToDate: boolean
  /** Every file has been read to its end: no crash left bytes after the last newline. */
  readonly isWhole: boolean
  readonly journal: JournalMark | undefined
  readonly hasProblems: boolean
}

export interface IndexReader {
  /** What most commands query first: one query for any number of files. */
  freshness(files: readonly LogFile[]): Promise<Freshness>
  /** How far one file has been read; undefined when the index does not know it. */
  watermark(file: string): Promise<Watermark | undefined>
  watermarks(): Promise<Watermark[]>
  journalMark(): Promise<JournalMark | undefined>
  /** Rows in the total order (lamport_clock, event_id). */
  locate(filter: EventFilter): Promise<IndexRow[]>
  /** Only the places of those rows, which takes a tenth of the memory. */
  places(filter: EventFilter): Promise<EventPlace[]>
  /** Whether both have the same rows of events. */
  hasRowsOf(other: IndexReader): Promise<boolean>
  /** The place of every event of one work package, including its gates' events, in the total order. */
  locateWorkPackage(feature: string, workPackage: string): Promise<EventPlace[]>
  rows(eventIds: readonly string[]): Promise<IndexRow[]>
  /** The IDs that have no row, in the given order. */
  absent(eventIds: readonly string[]): Promise<string[]>
  /** The package a gate was created for, or undefined. */
  gateOwner(feature: string, gate: string): Promise<string | undefined>
  workPackage(feature: string, workPackage: string): Promise<WorkPackageState | undefined>
  /** All states, or one feature's, ordered by feature and ID. */
  workPackages(feature?: string): Promise<WorkPackageState[]>
  /** What a board shows of all packages, or of one feature's, ordered by feature and ID. */
  boardRows(feature?: string): Promise<BoardRow[]>
  features(): Promise<FeatureRow[]>
  /** The slug of every feature that has a definition or a package, sorted. */
  featureSlugs(): Promise<string[]>
  problems(): Promise<LogProblem[]>
  /** The greatest trusted clock value: docs/formats.md, "The clock". 0 for an empty log. */
  maximumClock(): Promise<number>
  /** Rows whose clock is above the trusted maximum. */
  suspicious(): Promise<IndexRow[]>
  /** Rows that are not in their day's file. */
  misfiled(): Promise<IndexRow[]>
  /** Number of rows within the filter's bounds; its limit plays no part. */
  count(filter?: EventFilter): Promise<number>
}

export interface IndexWriter extends IndexReader {
  /** Adds rows. Returns those it left out because a row with their ID exists. */
  insert(rows: readonly IndexRow[]): Promise<IndexRow[]>
  /** Moves a row to another line: used when two different lines claim one ID. */
  relocate(row: IndexRow): Promise<void>
  /** Drops everything read from `file`. Returns the packages and features that its rows belonged to. */
  forget(file: string): Promise<{ workPackages: WorkPackageKey[]; features: string[] }>
  putWatermark(mark: Watermark): Promise<void>
  putJournalMark(mark: JournalMark): Promise<void>
  putProblems(problems: readonly LogProblem[]): Promise<void>
  putWorkPackages(states: readonly WorkPackageState[]): Promise<void>
  removeWorkPackages(keys: readonly WorkPackageKey[]): Promise<void>
  putFeature(feature: FeatureRow): Promise<void>
  removeFeature(feature: string): Promise<void>
  putMaximumClock(value: number): Promise<void>
  /** The `maximumClock`, and the greatest clock of any row. */
  clocks(): Promise<{ trusted: number; greatest: number }>
  /** Notes that these conflicts have been reported. Returns the keys that had not been noted before. */
  markExplained(keys: readonly string[]): Promise<string[]>
  /** The trusted maximum, computed from all rows. */
  trustedClock(): Promise<number>
  /** The greatest clock above `floor`, and up to `most`, among the rows of `file`; 0 when there is none. */
  fileMaximum(file: string, floor: number, most: number): Promise<number>
  /** Distinct clock values above `floor`, ascending. */
  clocksAbove(floor: number): Promise<number[]>
}

export interface WorkPackageKey {
  readonly feature_slug: string
  readonly work_package_id: string
}

/**
 * The port of the index. The index is derived from the log and may be lost at any moment. Every method throws
 * `IndexUnusable` when the storage reports anything other than success.
 */
export interface EventIndex extends IndexReader {
  readonly kind: 'sqlite' | 'memory'
  /** The lanes and merge rule used to fold its states. */
  readonly foldRules: MergeOptions
  /** Runs one transaction: all of `work`'s writes, or none. */
  write<T>(work: (writer: IndexWriter) => Promise<T>): Promise<T>
  close(): Promise<void>
}
