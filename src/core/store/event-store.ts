import type { Holder, LogEvent, NewEvent, NewPluginEvent, WorkPackageState } from '../events-lib.js'
import type { BoardRow } from '../index/board-row.js'
import type { EventFilter, FeatureRow, Watermark } from '../index/event-index.js'
import type { AppendedLine, LogProblem } from '../log/event-log.js'
import { token } from '../token.js'

/** An imported or renumbered event before the store gives it a clock and an ID: it brings its own time, key and parents. */
export interface ForeignDraft {
  readonly event_type: string
  readonly event_version: number
  readonly entity_id: string
  readonly entity_type: string
  /** RFC 3339 UTC with milliseconds: the source's time, or the time of the import when the source has none. */
  readonly timestamp: string
  readonly actor: string
  /** The import key, unique among the drafts of one import. */
  readonly causation_id: string
  /** The session or run that the event belongs to; none if left out. */
  readonly correlation_id?: string | null
  readonly payload: Readonly<Record<string, unknown>> & { readonly feature_slug: string }
  /** IDs of events in the log, which may be any names. */
  readonly parents: readonly string[]
  /** Keys of earlier drafts, whose events are parents, too. */
  readonly after?: readonly string[]
  /** True if the payload names earlier drafts by their keys. */
  readonly refers?: boolean
}

/** Who performs an operation, and what the operation belongs to. */
export interface Provenance {
  readonly actor: string
  /** The operation that causes the events. A second operation with the same ID writes nothing. */
  readonly causationId: string | null
  /** The session or run the operation belongs to. */
  readonly correlationId: string | null
  /** With the actor, the holder that acts: a claim keeps it. Without one the holder is the actor. */
  readonly session?: string | null
  /** Goes on without the hub, even for a claim. */
  readonly offline?: boolean
}

/** An event before stamping: it has no ID, clock, parents or time yet. */
export type Draft = NewEvent | NewPluginEvent

/** A decider's answer. `@Emits` fills `events` and `repeated` once the drafts are durable. */
export interface Decision {
  readonly drafts: readonly Draft[]
  readonly events: readonly LogEvent[]
  /** The operation ran before: `events` are those of the first run, and nothing was written. */
  readonly repeated: boolean
}

/** Builds a decider's answer: these events, to be written in one append. */
export function decided(drafts: readonly Draft[]): Decision {
  return { drafts, events: [], repeated: false }
}

/**
 * The meaning of the log: events in, events and states out. Every read brings the index up to date first. All methods
 * throw KittyError: kinds DamagedData, NotWritable, DiskFull, LockTimeout, LockUnavailable.
 */
export interface EventStore {
  /** IDs of the events that this store has written. */
  readonly written: ReadonlySet<string>
  /** Events in the total order (lamport_clock, event_id), each once. */
  read(filter?: EventFilter): Promise<LogEvent[]>
  /** How many events the filter finds without its limit. Reads none of them. */
  count(filter?: EventFilter): Promise<number>
  /**
   * Every trusted event, each once, in the total order. Scans the files from end to end, which is much cheaper than
   * `read` for a whole log.
   */
  wholeLog(): Promise<LogEvent[]>
  /** Like `read`, but a few thousand events at a time, for histories that do not fit in memory. */
  stream(filter?: EventFilter): AsyncIterable<readonly LogEvent[]>
  /** Streams the IDs of the same events. */
  streamIds(filter?: EventFilter): AsyncIterable<readonly string[]>
  /** The events with these IDs, in the given order; IDs that the log does not hold are left out. */
  eventsOf(ids: readonly string[]): Promise<LogEvent[]>
  /** How far the log's files have been read: the other methods answer from everything before these positions. */
  positions(): Promise<Watermark[]>
  /**
   * Writes events under the lock; they are durable when it returns. If the causation ID is known, it writes nothing and
   * returns that ID's events.
   */
  emit(drafts: readonly Draft[], provenance: Provenance): Promise<readonly LogEvent[]>
  workPackage(feature: string, workPackage: string): Promise<WorkPackageState | undefined>
  workPackages(feature?: string): Promise<WorkPackageState[]>
  /** What a board shows of the packages, at a fraction of the cost of their states. */
  boardRows(feature?: string): Promise<BoardRow[]>
  /** Every event of one package, including its gates' events. */
  history(feature: string, workPackage: string): Promise<LogEvent[]>
  features(): Promise<FeatureRow[]>
  /** The slug of every feature that has a definition or a package, sorted. */
  featureSlugs(): Promise<string[]>
  problems(): Promise<LogProblem[]>
  /** The greatest trusted clock value. Events above it are kept but not replayed. */
  trustedClock(): Promise<number>
  causedBy(causationId: string): Promise<LogEvent[]>
  /** All reads within `work` share one snapshot: we check the log once. */
  snapshot<T>(work: () => Promise<T>): Promise<T>
  /** Runs `work` with the write lock held and the index up to date. Nested calls share the lock. */
  exclusively<T>(purpose: string, work: () => Promise<T>): Promise<T>
  /**
   * Runs `work` within `exclusively` as if these events were written: states and board rows include them. The first
   * append in `work` writes them before its own events and without its causation ID. If nothing is appended, none of
   * them is written.
   */
  supposing<T>(
    drafts: readonly Draft[],
    provenance: Provenance,
    work: () => Promise<T>,
  ): Promise<{ readonly answer: T; readonly isWritten: boolean }>
  /**
   * Stamps and appends within `exclusively`, and returns the events made of these drafts.
   * @throws Error outside of `exclusively`
   */
  append(drafts: readonly Draft[], provenance: Provenance): Promise<readonly LogEvent[]>
  /**
   * Appends an import's events within `exclusively`; they bring their own time, key and parents. Writes in chunks, each
   * durable when `written` is called with its events, so an interrupted import leaves whole chunks.
   * @throws Error outside of `exclusively`; KittyError ValidationError for a draft that makes no event,
   *   StateTransitionError for an archived feature
   */
  appendForeign(
    drafts: readonly ForeignDraft[],
    written?: (events: readonly LogEvent[]) => void,
  ): Promise<void>
  /**
   * @param isCommandOver When true and the process ends with its command, resources are left for the operating system
   * to reclaim.
   */
  close(isCommandOver?: boolean): Promise<void>
}

export const EventStore = token<EventStore>('EventStore')

/** `decided`: by rules, on the newest state · `offline`: the user goes on without the hub · `imported`. */
export type EventOrigin = 'decided' | 'offline' | 'imported'

/** A holder's lease, as the hub keeps it. */
export interface TeamLease {
  /** Milliseconds since 1970 by this machine's clock. */
  readonly expires: number
  /** Another clone claimed the package. */
  readonly isElsewhere: boolean
}

/** A store's link to the hub that several clones share. */
export interface TeamLink {
  /**
   * Receives what others did, unless that was done moments ago. An unreachable hub only makes a notice.
   * @param isUrgent also if it was done moments ago, but once per hold of the write lock @returns whether there was any
   */
  refresh(isUrgent?: boolean): Promise<boolean>
  /** Starts the time that all calls under one hold of the write lock share. */
  begin(): void
  /**
   * Called before the store catches up for a decision: what any process receives from now on may be missing from it.
   * `publish` then has it made again.
   */
  beginDecision(): void
  /**
   * Publishes events and stores them through `store`, in the order that their kinds ask for. The caller holds the lock.
   * @throws MovedOn when the decision must be made again; KittyError HubUnreachable, HubDenied, HubTooOld, HubMismatch
   */
  publish(
    events: readonly LogEvent[],
    origin: EventOrigin,
    store: () => AppendedLine[],
  ): Promise<AppendedLine[]>
  /** Events that the hub has brought and the log here lacks: other branches have them, or no one has committed them. */
  unmerged(): Promise<readonly LogEvent[]>
  /** The database role that sent each of these events; undefined while the hub cannot be asked. */
  roles(ids: readonly string[]): Promise<ReadonlyMap<string, string> | undefined>
  /** @param claim the move that the lease belongs to @returns undefined if the hub has none for it */
  lease(feature: string, workPackage: string, claim: string | null): TeamLease | undefined
  /** @returns whether this clone has the holder's lease; true as well while the hub cannot be asked */
  renew(feature: string, workPackage: string, holder: Holder): Promise<boolean>
  /** From now on, the hub is not asked. */
  goOffline(): void
  /** Offers, for a moment, what the hub lacks, and ends the connection. */
  close(): Promise<void>
}

/** `link` is undefined without a hub; then nothing of it is loaded. */
export const Team = token<{ readonly link: TeamLink | undefined }>('Team')
