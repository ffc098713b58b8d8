/**
 * What commands return, as JSON and as the input of every page: docs/json.md. Keys are in snake_case;
 * an empty key holds null or [] and is never omitted; times are RFC 3339 UTC.
 */
import type { MarkDocument } from './marks.js'
import type { NextStep } from '../errors/step.js'

/** Who has a package in a working lane, and for how long. */
export interface LeaseDocument {
  readonly actor: string
  readonly session: string | null
  /** When the holder took it, by the holder's own clock. */
  readonly since: string | null
  /** The holder's last event on it, or the last renewal, by this machine's clock. */
  readonly last_sign: string
  readonly expires_at: string
  /** Anyone may take the package over. */
  readonly ended: boolean
  /** The last sign came from another clone: a holder there may be alive unseen. */
  readonly elsewhere: boolean
}

export interface WorkPackageDocument {
  readonly work_package: string
  readonly feature: string
  readonly title: string
  readonly lane: string
  /** 0 to 4, where 0 is the most urgent. */
  readonly priority: number
  readonly dependencies: readonly string[]
  /** Its dependencies that are not done. */
  readonly blocked_by: readonly string[]
  readonly tags: readonly string[]
  readonly actor: string | null
  readonly subtasks: { readonly done: number; readonly total: number }
  readonly gates: { readonly passed: number; readonly total: number }
  readonly updated_at: string | null
  /** Path from the repository's root. */
  readonly file: string | null
  /** Where its file and the log differ. */
  readonly marks: readonly MarkDocument[]
  /** Null unless it is in a working lane; on a past board always null. */
  readonly lease: LeaseDocument | null
}

export interface ReadyDocument extends WorkPackageDocument {
  /** Packages that would have nothing else to wait for once this one is done. */
  readonly unblocks: readonly string[]
}

export interface WorkPackageDetailDocument extends WorkPackageDocument {
  readonly history: readonly EventDocument[]
  readonly gates_list: readonly GateDocument[]
  readonly usage: UsageDocument
  readonly notes: readonly NoteDocument[]
  readonly conflicts: readonly ConflictDocument[]
}

interface UsageDocument {
  readonly tokens: number
  readonly cost_usd_micros: number
  readonly seconds: number
}

export interface NoteDocument {
  readonly event_id: string
  readonly actor: string
  readonly timestamp: string
  readonly text: string
}

export interface StatusDocument {
  readonly features: readonly FeatureStatusDocument[]
  /** Files that were not compared with the log because there are too many. */
  readonly not_compared: number
}

export interface FeatureStatusDocument {
  readonly feature: string
  readonly title: string
  /** Every lane of the workflow in order, including empty ones; then lanes that only the log has. */
  readonly lanes: Readonly<Record<string, readonly WorkPackageDocument[]>>
  readonly progress: { readonly done: number; readonly total: number; readonly percent: number }
  readonly conflicts: readonly ConflictDocument[]
  /** Null while it is on the board. */
  readonly archived: ArchivedDocument | null
}

interface ArchivedDocument {
  readonly at: string
  readonly actor: string
  readonly reason: string | null
  /** True if the log has an event that the archiving had not seen. */
  readonly written_since: boolean
}

export interface ConflictDocument {
  readonly feature: string
  readonly entity_id: string
  readonly register: string
  readonly events: readonly ConflictingEventDocument[]
  /** The event_id whose value wins. */
  readonly winner: string | null
  readonly rule: string
  readonly open: boolean
}

export interface ConflictingEventDocument {
  readonly event_id: string
  readonly actor: string
  readonly value: unknown
  readonly timestamp: string
  readonly lamport_clock: number
}

/** A conflict in full: what each writer had seen, and the event that has seen all of them since. */
export interface ConflictDetailDocument extends ConflictDocument {
  readonly events: readonly (ConflictingEventDocument & { readonly parents: readonly string[] | null })[]
  readonly settled_by: EventDocument | null
}

/** A package's own worktree. */
export interface WorkspaceDocument {
  readonly feature: string
  readonly work_package: string
  /** Absolute. */
  readonly workspace_path: string
  /** Null if its HEAD is detached. */
  readonly branch: string | null
  readonly base_branch: string | null
  readonly exists: boolean
  readonly lane: string
  readonly actor: string | null
  /** Paths that differ from the last commit, including untracked ones; null if there is no worktree. */
  readonly uncommitted: number | null
  /** `worktree_missing`, `half_made`, `branch_merged`, `package_done`; empty for a worktree in use. */
  readonly stale: readonly string[]
}

export interface GateDocument {
  readonly gate_id: string
  readonly work_package: string
  readonly feature: string
  readonly gate_type: string
  readonly status: string
}

/** The whole envelope of an event; `parents` is null if its writer named none. */
export interface EventDocument {
  readonly event_id: string
  readonly event_type: string
  readonly event_version: number
  readonly lamport_clock: number
  readonly entity_id: string
  readonly entity_type: string
  readonly timestamp: string
  readonly actor: string
  readonly causation_id: string | null
  readonly correlation_id: string | null
  readonly payload: Readonly<Record<string, unknown>>
  readonly parents: readonly string[] | null
}

export interface ProblemDocument {
  readonly file: string
  readonly line: number
  readonly kind: string
  readonly message: string
}

export interface CheckDocument {
  readonly name: string
  readonly ok: boolean
  readonly message: string
  /** What `doctor --fix` would do, or what to type, on one line; null if there is nothing to do. */
  readonly fix: string | null
  readonly next_steps: readonly NextStep[]
}

export interface ErrorRecordDocument {
  readonly error_id: string
  readonly error_type: string
  readonly entity_id: string | null
  readonly attempted_operation: string
  readonly reason: string
  readonly timestamp: string
  readonly context: Readonly<Record<string, unknown>>
}
