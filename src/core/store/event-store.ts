import type { LogEvent, NewEvent, NewPluginEvent, WorkPackageState } from '../events-lib.js'
import type { BoardRow } from '../index/board-row.js'
import type { EventFilter, FeatureRow, Watermark } from '../index/event-index.js'
import type { LogProblem } from '../log/event-log.js'
import type { ForeignDraft } from './foreign-draft.js'
import { token } from '../token.js'

/** Who does something, and what it belongs to. */
export interface Provenance {
  readonly actor: string
  /** The operation that causes the events. A second operation of the same id writes nothing. */
  readonly causationId: string | null
  /** The session or run the operation belongs to. */
  readonly correlationId: string | null
}

/** An event that is still to be stamped: without id, clock, parents and time. */
export type Draft = NewEvent | NewPluginEvent

/** What a decider answers. `events` and `repeated` are filled by `@Emits`, once the drafts are durable. */
export interface Decision {
  readonly drafts: readonly Draft[]
  readonly events: readonly LogEvent[]
  /** The operation was carried out before: `events` are those of the first time, and nothing was written. */
  readonly repeated: boolean
}

/** A decider's answer: these events, to be written in one append. */
export function decided(drafts: readonly Draft[]): Decision {
  return { drafts, events: [], repeated: false }
}

/**
 * The log's meaning: events in, events and states out. Every read brings the index up to date first.
 * All methods throw KittyError: kinds DamagedData, NotWritable, DiskFull, LockTimeout, LockUnavailable.
 */
export interface EventStore {
  /** Ids of the events this very store has written. */
  readonly written: ReadonlySet<string>
  /** Events in the total order (lamport_clock, event_id), each once. */
  read(filter?: EventFilter): Promise<LogEvent[]>
  /**
   * Every trusted event, each once, in the total order: the files are read from end to end, which for a whole log takes
   * a fifth of what `read` takes.
   */
  wholeLog(): Promise<LogEvent[]>
  /** The same, a few thousand at a time, for histories that do not fit in memory. */
  stream(filter?: EventFilter): AsyncIterable<readonly LogEvent[]>
  /** The same events' ids. */
  streamIds(filter?: EventFilter): AsyncIterable<readonly string[]>
  /** The events of these ids, in the order given; what the log does not hold is left out. */
  eventsOf(ids: readonly string[]): Promise<LogEvent[]>
  /** How far the log's files have been read: everything before is what the other methods answer from. */
  positions(): Promise<Watermark[]>
  /** Writes events under the lock: durable when it answers. A causation id that is known writes nothing and answers its events. */
  emit(drafts: readonly Draft[], provenance: Provenance): Promise<readonly LogEvent[]>
  workPackage(feature: string, workPackage: string): Promise<WorkPackageState | undefined>
  workPackages(feature?: string): Promise<WorkPackageState[]>
  /** What a board shows of them: a fraction of what their states cost. */
  boardRows(feature?: string): Promise<BoardRow[]>
  /** Every event of one package, its gates' included. */
  history(feature: string, workPackage: string): Promise<LogEvent[]>
  features(): Promise<FeatureRow[]>
  /** Of every feature that has a definition or a package, sorted. */
  featureSlugs(): Promise<string[]>
  problems(): Promise<LogProblem[]>
  /** The greatest clock value that is trusted: events above it are kept and not replayed. */
  trustedClock(): Promise<number>
  causedBy(causationId: string): Promise<LogEvent[]>
  /** Every read within `work` answers as of its first one: the log is looked at once. */
  snapshot<T>(work: () => Promise<T>): Promise<T>
  /** Runs `work` with the write lock held and everything up to date. Nested calls share the lock. */
  exclusively<T>(purpose: string, work: () => Promise<T>): Promise<T>
  /**
   * Runs `work` within `exclusively` with these events supposed: states and board rows are as after them, and the first
   * append in it writes them, in front of its own and without its causation id. Where nothing is appended nothing of
   * them is written.
   */
  supposing<T>(
    drafts: readonly Draft[],
    provenance: Provenance,
    work: () => Promise<T>,
  ): Promise<{ readonly answer: T; readonly isWritten: boolean }>
  /** Stamps and appends within `exclusively`; answers the events of these drafts. @throws Error outside of it. */
  append(drafts: readonly Draft[], provenance: Provenance): Promise<readonly LogEvent[]>
  /**
   * Appends events of an import within `exclusively`: they bring their time, key and parents. Written in chunks, each
   * durable when `progress` is called with the number of events so far: an interrupted import leaves whole chunks.
   * @throws Error outside of it; KittyError ValidationError for a draft that makes no event
   */
  appendForeign(drafts: readonly ForeignDraft[], progress?: (events: number) => void): Promise<void>
  /** @param isCommandOver Where the process ends with its command, what the system takes back may be left to it. */
  close(isCommandOver?: boolean): Promise<void>
}

export const EventStore = token<EventStore>('EventStore')
