/**
 * The form between every foreign format and kitty: a reader makes one from files, a writer makes files from one.
 * It holds values only, so readers and writers need neither a file system nor a log.
 */
import type { WorkflowTable } from '../events-lib.js'

/** RFC 3339 in UTC with milliseconds, as in an event's `timestamp`. */
export type Moment = string

/** What a lane is for, whatever its name. `stopped` is neither open nor done: blocked, deferred, waiting. */
export type LaneRole = 'initial' | 'working' | 'review' | 'done' | 'dropped' | 'stopped'

/** Where a package is, in the source's words. */
export interface SourceLane {
  /** The source's own word, for `--map`. */
  readonly status: string
  readonly role: LaneRole
  /** The lane to take by name: what a `kitty:lane=` label or a format with kitty's lanes says. */
  readonly lane: string | null
  readonly at: Moment | null
  readonly by: string | null
}

export interface Subtask {
  readonly id: string
  /** Empty where the source names subtasks by their ids only. */
  readonly title: string
  readonly done: boolean
}

export type LinkKind = 'tracker' | 'review' | 'commit' | 'other'

/** Role, tool and model behind an actor's label; the payload key `actor_info`. */
export type ActorInfo = Readonly<Record<string, string>>
/** A JSON object that travels with a move: `evidence` or `review`. */
export type MoveExtra = Readonly<Record<string, unknown>>

interface ChangeBase {
  /** The source's own id of this event; null where the format has none. */
  readonly id: string | null
  readonly at: Moment | null
  readonly by: string | null
}

/** Something that happened to a package and never changes again. */
export type ItemChange = ChangeBase &
  (
    | { readonly kind: 'note'; readonly text: string }
    | { readonly kind: 'link'; readonly link: LinkKind; readonly ref: string; readonly title: string | null }
    | {
        readonly kind: 'move'
        readonly from: string
        readonly to: string
        readonly reason: string | null
        readonly force: boolean
        readonly evidence: MoveExtra | null
        readonly review: MoveExtra | null
        readonly actorInfo: ActorInfo | null
      }
    | { readonly kind: 'subtask'; readonly subtask: string; readonly done: boolean }
    | { readonly kind: 'assign'; readonly assignee: string | null; readonly actorInfo: ActorInfo | null }
  )

export interface TransferItem {
  /** Unique within the source. */
  readonly id: string
  /** Where the source numbers work packages as kitty does; null leaves the number to the import. */
  readonly workPackage: string | null
  readonly title: string
  /** Markdown: the description, and under headings of their own all that has no other place. */
  readonly body: string
  readonly createdAt: Moment | null
  readonly createdBy: string | null
  /** When and by whom the source last changed it; the time of a register that has none of its own. */
  readonly updatedAt: Moment | null
  readonly updatedBy: string | null
  /** Ids of items of the same feature. */
  readonly dependencies: readonly string[]
  readonly subtasks: readonly Subtask[]
  readonly tags: readonly string[]
  readonly priority: string | null
  /** Whose it is; undefined where `changes` say so. */
  readonly assignee: string | null | undefined
  /** Where it is; undefined where the moves among `changes` say so. */
  readonly lane: SourceLane | undefined
  /** In the source's order. */
  readonly changes: readonly ItemChange[]
}

export interface FeatureNote extends ChangeBase {
  readonly text: string
}

export interface TransferFeature {
  /** What tells it from the source's other features; empty where there is only one. */
  readonly id: string
  /** Where it is a source of its own: a mission's folder. Null: the document's source. */
  readonly source: string | null
  /** A name to make a folder's name from. */
  readonly name: string
  readonly title: string
  readonly mission: string | null
  readonly createdAt: Moment | null
  readonly createdBy: string | null
  readonly items: readonly TransferItem[]
  readonly notes: readonly FeatureNote[]
}

/** A part of the source that could not be read, or not as it was meant. */
export interface SourceProblem {
  readonly file: string
  /** Counted from 1; null for the file as a whole. */
  readonly line: number | null
  readonly message: string
}

/** Something the source says that kitty has no register for. */
export interface Loss {
  /** In the source's words: `estimated_minutes`, `dependency type related`. */
  readonly what: string
  readonly count: number
  /** body: still to be read in the package's file. dropped: gone. */
  readonly where: 'body' | 'dropped'
}

export interface TransferDocument {
  readonly format: string
  /** The project's name or `owner/repo`, where the source tells; tells apart sources with equal ids. */
  readonly source: string | null
  /** The workflow table the lanes' names belong to, where the source says. */
  readonly workflow: string | null
  /** What the source's words for statuses mean, for the moves among `changes`. */
  readonly roles: Readonly<Record<string, LaneRole>>
  readonly features: readonly TransferFeature[]
  readonly problems: readonly SourceProblem[]
  readonly losses: readonly Loss[]
}

/** A file as a reader gets it. */
export interface SourceFile {
  /** Relative to the path that was given, with `/`; the file's name where that path is the file. */
  readonly path: string
  readonly bytes: Uint8Array
}

export interface ReadOptions {
  /** The project's own table. */
  readonly table: WorkflowTable
  /** IANA name or `±HH:MM` for times that name no zone; UTC by default. */
  readonly zone?: string | undefined
}

/** Files that a writer makes: one with the path '' where the format is a single file. */
export interface WrittenFile {
  readonly path: string
  readonly text: string
}
