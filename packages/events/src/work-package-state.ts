import type { CollidingFile, Conflict } from './conflict.js'
import { DEFAULT_PRIORITY, type EventId, type Timestamp } from './event.js'
import type { Holder } from './holder.js'
import { EMPTY_SET, type LiveElement, type LiveTag, type ObservedSet } from './merge.js'
import { DEFAULT_WORKFLOW, type WorkflowTable } from './workflow.js'

export interface SubtaskState {
  readonly id: string
  readonly done: boolean
  /** The write that decided `done`; null while the subtask is only listed. */
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

export interface LinkState {
  /** `tracker`, `review`, `commit` or `other`. */
  readonly kind: string
  readonly ref: string
  readonly title: string | null
  /** The event that added it. */
  readonly event: EventId
}

/** What the merge rules remember between two events and no board shows. */
export interface MergeMemory {
  readonly dependencies: ObservedSet
  readonly subtasks: ObservedSet
  /** Additions of tags that were removed before they were seen. */
  readonly gone_tags: readonly LiveElement[]
  /** Notes that were taken back. */
  readonly retracted: readonly string[]
  /** Usage events that were taken back: a second event that takes one back does not count. */
  readonly undone: readonly string[]
  /** How many imported events there are. */
  readonly imported: number
  /** How many events do not count since another one has their import key. */
  readonly twins: number
}

/** An event by which a holder has shown that it is at work. */
export interface SignOfLife {
  readonly event_id: EventId
  readonly timestamp: Timestamp
}

/** One work package as its events leave it. Plain JSON: it is stored as a row of the index. */
export interface WorkPackageState {
  readonly feature_slug: string
  readonly work_package_id: string
  /** Null until an event names one. */
  readonly title: string | null
  /** 0 … 4, 0 the most urgent. */
  readonly priority: number
  readonly dependencies: readonly string[]
  /** A lane of the table; a status that the table lacks is kept as it is, with a warning. */
  readonly lane: string
  /** The move that decides the lane, whom it leaves the package with, and when; null while there is none. */
  readonly lane_event: EventId | null
  readonly lane_actor: string | null
  /** The session that the move names; with `lane_actor`, the holder of a package in a working lane. */
  readonly lane_session: string | null
  readonly lane_since: Timestamp | null
  /** The last event of that actor, with that session, on the package: the move itself, or a later one. */
  readonly lane_sign: SignOfLife | null
  /** Whom the last move into a lane of work left the package with; a lane of reviewing is none. */
  readonly worker: Holder | null
  /** What that move's writer took the lane to be before. */
  readonly previous_lane: string | null
  /** Those of the definition in its order, then others in order of their first write. */
  readonly subtasks: readonly SubtaskState[]
  /** Those that the definition has lost: they count no longer, and have this state should they come back. */
  readonly former_subtasks: readonly SubtaskState[]
  /** By first appearance. */
  readonly gates: readonly GateState[]
  /** By code unit. */
  readonly tags: readonly LiveTag[]
  readonly usage: Usage
  /** How many there are; notes that were taken back do not count. */
  readonly notes: number
  readonly assignee: string | null
  /** In order of their first addition. */
  readonly links: readonly LinkState[]
  readonly workspace: WorkspaceState | null
  /** A `WPCreated` was seen, be it a stub. */
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
  /** Two entries or more while the id names several packages, else none. */
  readonly collision: readonly CollidingFile[]
  /** Types of events that only a newer kitty can read, by code unit. */
  readonly newer_types: readonly string[]
  /** Each import counts once. */
  readonly event_count: number
  readonly warnings: readonly string[]
  readonly memory: MergeMemory
}

const NO_MEMORY: MergeMemory = {
  dependencies: EMPTY_SET,
  subtasks: EMPTY_SET,
  gone_tags: [],
  retracted: [],
  undone: [],
  imported: 0,
  twins: 0,
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
    priority: DEFAULT_PRIORITY,
    dependencies: [],
    lane: table.initial,
    lane_event: null,
    lane_actor: null,
    lane_session: null,
    lane_since: null,
    lane_sign: null,
    worker: null,
    previous_lane: null,
    subtasks: [],
    former_subtasks: [],
    gates: [],
    tags: [],
    usage: { tokens: 0, cost_usd_micros: 0, seconds: 0 },
    notes: 0,
    assignee: null,
    links: [],
    workspace: null,
    created: false,
    updated_at: null,
    actor: null,
    clock: 0,
    heads: {},
    conflicts: [],
    collision: [],
    newer_types: [],
    event_count: 0,
    warnings: [],
    memory: NO_MEMORY,
  }
}
