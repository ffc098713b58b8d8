import type { EventRow } from './columns.js'
import type { FeatureState, LogEvent, MergeOptions, Ordered, WorkPackageState } from '../events-lib.js'
import type { LogFile, LogProblem } from '../log/event-log.js'
import type { BoardRow } from './board-row.js'

/** Where one event's line is, and what it can be found by. docs/formats.md, "The index". */
export type IndexRow = EventRow

/** What it takes to read an event and to put it in its place: a third of a row, and of what a row costs. */
export type EventPlace = Pick<IndexRow, 'event_id' | 'lamport_clock' | 'file' | 'line' | 'offset' | 'length'>

/** How far a log file has been read, and how to tell that it was rewritten since. */
export interface Watermark {
  readonly file: string
  /** The file's identity when it was read: see `LogFile.identity`. */
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
  /** Exclusive lower bound of the Lamport clock. */
  readonly sinceClock?: number | undefined
  /** Exclusive lower bound in the total order. */
  readonly after?: Ordered | undefined
  /** Inclusive bounds, `YYYY-MM-DD` or an RFC 3339 UTC time. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** At most so many: the first ones when `sinceClock` or `after` is given (to page on), else the newest. Always answered in causal order. */
  readonly limit?: number | undefined
}

export type FeatureRow = FeatureState

/** Progress of the journal's check: lines before `offset` of this very file are known to be in the log. */
export interface JournalMark {
  readonly identity: string
  readonly offset: number
  /**
   * Some lines are in the tip of another branch alone: what git's branches were like then (`branchesState`). When they
   * have changed, those lines may lie nowhere.
   */
  readonly branches?: string | undefined
}

/** Lines have gone from the log, or may have: the journal is to be looked at from its beginning, and git's index with it. */
export const UNCHECKED: JournalMark = { identity: 'unchecked', offset: 0 }

/** An index that has just been built knows nothing of what there was before. */
export function isChecked(mark: JournalMark | undefined): mark is JournalMark {
  return mark !== undefined && mark.identity !== UNCHECKED.identity
}

/** How an index stands to the log's files as they are listed now. */
export interface Freshness {
  /** Every file has been read as it is now, and no other is known. */
  readonly isUpToDate: boolean
  /** In every file it has been read to the end: no crash left bytes behind the last newline. */
  readonly isWhole: boolean
  readonly journal: JournalMark | undefined
  readonly hasProblems: boolean
}

export interface IndexReader {
  /** What most commands ask first, in one question whatever the number of files. */
  freshness(files: readonly LogFile[]): Promise<Freshness>
  /** How far one file has been read; undefined when it is not known. */
  watermark(file: string): Promise<Watermark | undefined>
  watermarks(): Promise<Watermark[]>
  journalMark(): Promise<JournalMark | undefined>
  /** Rows in the total order (lamport_clock, event_id). */
  locate(filter: EventFilter): Promise<IndexRow[]>
  /** Where every event of one work package is, its gates' included, in the total order. */
  locateWorkPackage(feature: string, workPackage: string): Promise<EventPlace[]>
  rows(eventIds: readonly string[]): Promise<IndexRow[]>
  /** Those of the ids that no row has, in the order given. */
  absent(eventIds: readonly string[]): Promise<string[]>
  /** The package a gate was created for, or undefined. */
  gateOwner(feature: string, gate: string): Promise<string | undefined>
  workPackage(feature: string, workPackage: string): Promise<WorkPackageState | undefined>
  /** All, or one feature's, by feature and id. */
  workPackages(feature?: string): Promise<WorkPackageState[]>
  /** What a board shows of all packages, or of one feature's, by feature and id. */
  boardRows(feature?: string): Promise<BoardRow[]>
  features(): Promise<FeatureRow[]>
  /** Of every feature that has a definition or a package, sorted. */
  featureSlugs(): Promise<string[]>
  problems(): Promise<LogProblem[]>
  /** The greatest clock value that is trusted: docs/formats.md, "The clock". 0 for an empty log. */
  maximumClock(): Promise<number>
  /** Rows whose clock lies above the trusted maximum. */
  suspicious(): Promise<IndexRow[]>
  count(): Promise<number>
}

export interface IndexWriter extends IndexReader {
  /** Adds rows; answers those left out because a row with their id is there already. */
  insert(rows: readonly IndexRow[]): Promise<IndexRow[]>
  /** Puts a row's line elsewhere: used when two different lines claim one id. */
  relocate(row: IndexRow): Promise<void>
  /** Drops everything read from `file`; answers the packages and features its rows belonged to. */
  forget(file: string): Promise<{ workPackages: WorkPackageKey[]; features: string[] }>
  putWatermark(mark: Watermark): Promise<void>
  putJournalMark(mark: JournalMark): Promise<void>
  putProblems(problems: readonly LogProblem[]): Promise<void>
  putWorkPackages(states: readonly WorkPackageState[]): Promise<void>
  removeWorkPackages(keys: readonly WorkPackageKey[]): Promise<void>
  putFeature(feature: FeatureRow): Promise<void>
  removeFeature(feature: string): Promise<void>
  putMaximumClock(value: number): Promise<void>
  /** `maximumClock`, and the greatest value of any row. */
  clocks(): Promise<{ trusted: number; greatest: number }>
  /** Notes that these conflicts have been explained; answers those that had not been. */
  markExplained(keys: readonly string[]): Promise<string[]>
  /** The trusted maximum computed from every row there is. */
  trustedClock(): Promise<number>
  /** The greatest clock value among the rows of `file`, 0 when it has none. */
  fileMaximum(file: string): Promise<number>
  /** Distinct clock values above `floor`, ascending. */
  clocksAbove(floor: number): Promise<number[]>
}

export interface WorkPackageKey {
  readonly feature_slug: string
  readonly work_package_id: string
}

/**
 * The port of the index: derived from the log, may be lost at any moment. Every method throws
 * `IndexUnusable` when the storage answers with anything but success.
 */
export interface EventIndex extends IndexReader {
  readonly kind: 'sqlite' | 'memory'
  /** Lanes and merge rule that the states in it are folded by. */
  readonly foldRules: MergeOptions
  /** One transaction: all of `work`'s writes, or none. */
  write<T>(work: (writer: IndexWriter) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** The index cannot answer: another program holds it, or it is damaged. */
export class IndexUnusable extends Error {
  override readonly name = 'IndexUnusable'
  constructor(
    readonly reason: 'busy' | 'damaged' | 'unavailable',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** What is said of an event whose clock is not trusted. */
export function suspiciousClock({ file, line, lamport_clock }: IndexRow): LogProblem {
  const message = `suspicious clock ${lamport_clock}: far above every other value; kept, not followed, not replayed`
  return { file, line, kind: 'suspicious_clock', message }
}

/** The row of an event whose line was read at the given place. */
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
