import type { Conflict } from './conflict.js'
import type { EventId, Timestamp } from './event.js'
import type { LiveTag } from './merge.js'
import { DEFAULT_WORKFLOW, type WorkflowTable } from './workflow.js'

export interface SubtaskState {
  readonly id: string
  readonly done: boolean
  /** The write that decided it; null while it is only listed. */
  readonly event: EventId | null
}

export interface GateState {
  readonly gate_id: string
  /** Null when only results of it are known. */
  readonly gate_type: string | null
  /** `pending` until a result is recorded. */
  readonly status: string
  readonly event: EventId | null
  readonly actor: string | null
  readonly updated_at: Timestamp | null
  readonly result_data: Readonly<Record<string, unknown>> | null
}

export interface Usage {
  readonly tokens: number
  /** Millionths of a US dollar. */
  readonly cost_usd_micros: number
  readonly seconds: number
}

export interface WorkspaceState {
  readonly path: string
  readonly branch: string
  readonly base_branch: string | null
}

/** One work package as its events leave it. Plain JSON: it is stored as a row of the index. */
export interface WorkPackageState {
  readonly feature_slug: string
  readonly work_package_id: string
  /** Null until a `WPCreated` was seen. */
  readonly title: string | null
  readonly dependencies: readonly string[]
  /** A lane of the table; a status that the table lacks is kept as it is, with a warning. */
  readonly lane: string
  /** The move that decides the lane, who made it and when; null while there is none. */
  readonly lane_event: EventId | null
  readonly lane_actor: string | null
  readonly lane_since: Timestamp | null
  /** What that move's writer took the lane to be before. */
  readonly previous_lane: string | null
  /** Those of the definition in its order, then others in order of their first write. */
  readonly subtasks: readonly SubtaskState[]
  /** By first appearance. */
  readonly gates: readonly GateState[]
  /** By code unit. */
  readonly tags: readonly LiveTag[]
  readonly usage: Usage
  /** How many. */
  readonly notes: number
  readonly workspace: WorkspaceState | null
  /** A `WPCreated` was seen. */
  readonly created: boolean
  readonly updated_at: Timestamp | null
  /** Actor of the last event in total order. */
  readonly actor: string | null
  /** Greatest Lamport value, 0 without events. */
  readonly clock: number
  /** Head event ids of each of its entities, by `entityKey`: the parents of the next event. */
  readonly heads: Readonly<Record<string, readonly EventId[]>>
  /** Open ones. */
  readonly conflicts: readonly Conflict[]
  readonly event_count: number
  readonly warnings: readonly string[]
}

export function emptyWorkPackage(
  feature_slug: string,
  work_package_id: string,
  table: WorkflowTable = DEFAULT_WORKFLOW,
): WorkPackageState {
  return {
    feature_slug,
    work_package_id,
    title: null,
    dependencies: [],
    lane: table.initial,
    lane_event: null,
    lane_actor: null,
    lane_since: null,
    previous_lane: null,
    subtasks: [],
    gates: [],
    tags: [],
    usage: { tokens: 0, cost_usd_micros: 0, seconds: 0 },
    notes: 0,
    workspace: null,
    created: false,
    updated_at: null,
    actor: null,
    clock: 0,
    heads: {},
    conflicts: [],
    event_count: 0,
    warnings: [],
  }
}
