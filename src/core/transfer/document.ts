/**
 * The intermediate form between foreign formats and kitty: a reader turns files into it, a writer turns it into files.
 * It holds only values, so readers and writers need neither a file system nor a log.
 */
import type { WorkflowTable } from '../events-lib.js'

/** RFC 3339 in UTC with milliseconds, as in an event's `timestamp`. */
export type Moment = string

/** What a lane is for, whatever its name. `stopped` is neither open nor done: blocked, deferred, waiting. */
export type LaneRole = 'initial' | 'working' | 'review' | 'done' | 'dropped' | 'stopped'

/** A package's lane, in the source's words. */
export interface SourceLane {
  /** The source's own word, for `--map`. */
  readonly status: string
  readonly role: LaneRole
  /** The lane by name, if known: from a `kitty:lane=` label or a format that has kitty's lanes. */
  readonly lane: string | null
  readonly at: Moment | null
  readonly by: string | null
}

export interface Subtask {
  readonly id: string
  /** Empty if the source names subtasks only by ID. */
  readonly title: string
  readonly done: boolean
}

export type LinkKind = 'tracker' | 'review' | 'commit' | 'other'

/** Role, tool and model behind an actor's label; stored under the payload key `actor_info`. */
export type ActorInfo = Readonly<Record<string, string>>
/** A JSON object that travels with a move: `evidence` or `review`. */
export type MoveExtra = Readonly<Record<string, unknown>>

interface ChangeBase {
  /** The source's own ID of this event; null if the format has none. */
  readonly id: string | null
  readonly at: Moment | null
  readonly by: string | null
}

/** A past event of a package, which never changes. */
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
  /** The work-package number, if the source numbers packages as kitty does; null lets the import choose it. */
  readonly workPackage: string | null
  readonly title: string
  /** Markdown: the description, followed by everything that fits nowhere else, under its own headings. */
  readonly body: string
  readonly createdAt: Moment | null
  readonly createdBy: string | null
  /** When and by whom the source last changed it; also the time of any register that has none of its own. */
  readonly updatedAt: Moment | null
  readonly updatedBy: string | null
  /** IDs of items in the same feature. */
  readonly dependencies: readonly string[]
  readonly subtasks: readonly Subtask[]
  readonly tags: readonly string[]
  readonly priority: string | null
  /** The assignee; undefined if `changes` tell it. */
  readonly assignee: string | null | undefined
  /** The current lane; undefined if the moves in `changes` tell it. */
  readonly lane: SourceLane | undefined
  /** In the source's order. */
  readonly changes: readonly ItemChange[]
}

export interface FeatureNote extends ChangeBase {
  readonly text: string
}

export interface TransferFeature {
  /** Distinguishes it from the source's other features; empty if there is only one. */
  readonly id: string
  /** Set if the feature is a source of its own, such as a mission's folder. Null means the document's source. */
  readonly source: string | null
  /** Base for the folder's name. */
  readonly name: string
  readonly title: string
  readonly mission: string | null
  readonly createdAt: Moment | null
  readonly createdBy: string | null
  readonly items: readonly TransferItem[]
  readonly notes: readonly FeatureNote[]
}

/** A part of the source that could not be read, or not as intended. */
export interface SourceProblem {
  readonly file: string
  /** 1-based; null for the file as a whole. */
  readonly line: number | null
  readonly message: string
}

/** Source data for which kitty has no register. */
export interface Loss {
  /** In the source's words: `estimated_minutes`, `dependency type related`. */
  readonly what: string
  readonly count: number
  /** body: kept as text in the package's file. dropped: gone. */
  readonly where: 'body' | 'dropped'
}

export interface TransferDocument {
  readonly format: string
  /** The project's name or `owner/repo`, if the source gives one. Distinguishes sources with equal IDs. */
  readonly source: string | null
  /** The workflow table that the lane names belong to, if the source gives one. */
  readonly workflow: string | null
  /** What the source's status words mean, for the moves in `changes`. */
  readonly roles: Readonly<Record<string, LaneRole>>
  readonly features: readonly TransferFeature[]
  readonly problems: readonly SourceProblem[]
  readonly losses: readonly Loss[]
}

/** A file as a reader receives it. */
export interface SourceFile {
  /** Relative to the given path, with `/`; the file's name if the path is that file. */
  readonly path: string
  readonly bytes: Uint8Array
}

export interface ReadOptions {
  /** The project's own table. */
  readonly table: WorkflowTable
  /** IANA name or `±HH:MM` for times without a zone; UTC by default. */
  readonly zone?: string | undefined
}

/** A file that a writer produces. Its path is '' if the format is a single file. */
export interface WrittenFile {
  readonly path: string
  readonly text: string
}
