import type { EventRow } from './columns.js'
import type { FeatureState, LogEvent, MergeOptions, Ordered, WorkPackageState } from '../events-lib.js'
import type { LogFile, LogProblem } from '../log/event-log.js'
import type { BoardRow } from './board-row.js'

/** Where one event's line is, and the columns that queries find it by. docs/formats.md, "The index". */
export type IndexRow = EventRow

/** The columns needed to read an event and put it in order: much cheaper than a whole row. */
export type EventPlace = Pick<IndexRow, 'event_id' | 'lamport_clock' | 'file' | 'line' | 'offset' | 'length'>

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

/** Rows as one text, since rows as objects take several times as long. */
export interface PackedRows {
  /** A JSON array of arrays, with values in column order. */
  readonly text: string
  /** The last of them; undefined when there are none. */
  readonly last: Ordered | undefined
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

/** How far the journal has been checked: the lines of this file before `offset` are known to be in the log. */
export interface JournalMark {
  readonly identity: string
  readonly offset: number
  /**
   * Set when some lines are only in the tip of another branch: the state of git's branches then (`branchesState`). Once
   * the branches change, those lines may be gone.
   */
  readonly branches?: string | undefined
  /** Tells one revocation from another. */
  readonly turn?: string | undefined
}

/** Lines are or may be missing from the log: check the journal from its beginning, and git's index with it. */
export const UNCHECKED: JournalMark = { identity: 'unchecked', offset: 0 }

/** An UNCHECKED like no other: who looked before it was stored must not take what it doubts for checked. */
export function revoked(): JournalMark {
  return { ...UNCHECKED, turn: `${process.pid}-${process.hrtime.bigint()}` }
}

/** A mark to store in place of the one that was looked at before. */
export interface MarkMove {
  readonly from: JournalMark | undefined
  readonly to: JournalMark
}

/** Moves the mark, unless another process has moved or revoked it since. @returns whether it did */
export async function moveMark(writer: IndexWriter, { from, to }: MarkMove): Promise<boolean> {
  const now = await writer.journalMark()
  const isSame =
    now?.identity === from?.identity &&
    now?.offset === from?.offset &&
    now?.branches === from?.branches &&
    now?.turn === from?.turn
  if (isSame) await writer.putJournalMark(to)
  return isSame
}

/** False for an index that has just been built: it does not know what the log held before. */
export function isChecked(mark: JournalMark | undefined): mark is JournalMark {
  return mark !== undefined && mark.identity !== UNCHECKED.identity
}

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
  /** The rows after an event, in the total order. For comparing whole indexes. */
  packedRows(after: Ordered, limit: number): Promise<PackedRows>
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
  /** The greatest clock among the rows of `file`; 0 when it has none. */
  fileMaximum(file: string): Promise<number>
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

/** The index cannot answer. `denied`: this user or this file system does not let us. `unavailable`: no SQLite. */
export class IndexUnusable extends Error {
  override readonly name = 'IndexUnusable'
  constructor(
    readonly reason: 'busy' | 'damaged' | 'denied' | 'unavailable',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/**
 * The index named a line that is not in the file. Either the file was replaced after the index had answered, and the next
 * answer names other lines, or the index is damaged.
 */
export class LineNotThere extends IndexUnusable {
  constructor({ file, line }: { readonly file: string; readonly line: number }) {
    super('damaged', `it names ${file}:${line} for an event that is not there`)
  }
}

/** The problem to report for an event whose clock is not trusted. */
export function suspiciousClock({ file, line, lamport_clock }: IndexRow): LogProblem {
  const message = `suspicious clock ${lamport_clock}: far above every other value; kept, not followed, not replayed`
  return { file, line, kind: 'suspicious_clock', message }
}

/** Builds the row of an event whose line was read at the given place. */
export function rowOf(
  event: LogEvent,
  place: { file: string; line: number; offset: number; length: number },
): IndexRow {
  return {
    event_id: event.event_id,
    lamport_clock: event.lamport_clock,
    entity_id: event.entity_id,
    entity_type: event.entity_type,
    event_type: event.event_type,
    feature_slug: event.payload.feature_slug,
    timestamp: event.timestamp,
    date: event.timestamp.slice(0, 10),
    actor: event.actor,
    causation_id: event.causation_id,
    correlation_id: event.correlation_id,
    work_package_id: workPackageOf(event),
    file: place.file,
    line: place.line,
    offset: place.offset,
    length: place.length,
  }
}

function workPackageOf(event: LogEvent): string | null {
  if (event.entity_type === 'WorkPackage') return event.entity_id
  const owner = event.event_type === 'GateCreated' ? event.payload['work_package_id' as never] : undefined
  return typeof owner === 'string' ? owner : null
}
