import { headIds } from './causality.js'
import { streamConflicts, winningMove, type Conflict, type MergeOptions } from './conflict.js'
import { distinctEvents } from './distinct.js'
import {
  entityKey,
  isKittyEvent,
  type EventId,
  type KittyEvent,
  type LogEvent,
  type Timestamp,
} from './event.js'
import { changeTags, type LiveTag } from './merge.js'
import { contestedWrite } from './registers.js'
import { traceStreams } from './stream.js'
import { DEFAULT_WORKFLOW, laneShown, resolveLane, type WorkflowTable } from './workflow.js'

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
  /** A lane of the table, also when the log names another. */
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

/**
 * The state of one work package from all of its events: those of the WorkPackage entity and those of its gates.
 * Depends on their set alone: any order, any repetition, any split over files. Near linear in their number.
 *
 * Which work package it is follows from the first WorkPackage event in total order, else from the first
 * `GateCreated`; events of others are passed over.
 * @returns undefined when no event tells which work package it is
 */
export function fold(events: Iterable<LogEvent>, options: MergeOptions = {}): WorkPackageState | undefined {
  const inOrder = distinctEvents(events).events
  const table = options.table ?? DEFAULT_WORKFLOW
  const empty = identify(inOrder, table)
  if (empty === undefined) return undefined
  const strangers = gatesOfOthers(inOrder, empty.work_package_id)
  const own = inOrder.filter((event) => belongs(empty, event, strangers))
  const draft: Draft = { ...empty }
  for (const event of own) apply(draft, event, table)
  draft.heads = {}
  for (const [key, stream] of traceStreams(own)) {
    draft.heads[key] = headIds(stream)
    if (stream.linear) continue
    draft.conflicts = [
      ...draft.conflicts,
      ...streamConflicts(stream, options).filter((conflict) => conflict.open),
    ]
    const move = options.statusRule === 'priority' ? winningMove(stream, options) : undefined
    if (move !== undefined && isKittyEvent(move) && move.event_type === 'WPStatusChanged')
      setLane(draft, move, table)
  }
  draft.conflicts = [...draft.conflicts].sort(byRegister)
  return draft
}

/**
 * True when {@link evolve} gives what refolding would: the event comes after everything the state holds
 * and has seen all of its entity's heads. The caller makes sure that no other event of the log has its id.
 */
export function canExtend(state: WorkPackageState, event: LogEvent): boolean {
  if (!belongs(state, event) || event.lamport_clock <= state.clock) return false
  const heads = state.heads[entityKey(event)]
  // The creation of a gate decides whose all of its events are, also those already passed over.
  if (event.entity_type === 'Gate' && (heads === undefined || !isCreatedFor(event, state.work_package_id)))
    return false
  // Lacking parents, a greater clock alone says that it came after.
  if (event.parents === undefined) return true
  const seen = new Set(event.parents)
  return (heads ?? []).every((head) => seen.has(head))
}

/**
 * The state after one more event for which {@link canExtend} holds. Pure; costs the size of the state, whatever
 * the length of the history.
 */
export function evolve(
  state: WorkPackageState,
  event: LogEvent,
  options: MergeOptions = {},
): WorkPackageState {
  const draft: Draft = { ...state, heads: { ...state.heads, [entityKey(event)]: [event.event_id] } }
  apply(draft, event, options.table ?? DEFAULT_WORKFLOW)
  const write = isKittyEvent(event) ? contestedWrite(event) : undefined
  if (write !== undefined && state.conflicts.length > 0) {
    // It has seen every earlier write of its register, and so settles what was open there.
    draft.conflicts = state.conflicts.filter(
      (conflict) => conflict.register !== write.register || conflict.entity_id !== event.entity_id,
    )
  }
  return draft
}

type Draft = { -readonly [Key in keyof WorkPackageState]: WorkPackageState[Key] } & {
  heads: Record<string, readonly EventId[]>
}
type Of<Type extends KittyEvent['event_type']> = Extract<KittyEvent, { event_type: Type }>

function identify(inOrder: readonly LogEvent[], table: WorkflowTable): WorkPackageState | undefined {
  const own = inOrder.find((event) => event.entity_type === 'WorkPackage')
  if (own !== undefined) return emptyWorkPackage(own.payload.feature_slug, own.entity_id, table)
  for (const event of inOrder) {
    if (isKittyEvent(event) && event.event_type === 'GateCreated') {
      return emptyWorkPackage(event.payload.feature_slug, event.payload.work_package_id, table)
    }
  }
  return undefined
}

function belongs(
  state: WorkPackageState,
  event: LogEvent,
  strangers: ReadonlySet<string> = new Set<string>(),
): boolean {
  if (event.payload.feature_slug !== state.feature_slug) return false
  if (event.entity_type === 'WorkPackage') return event.entity_id === state.work_package_id
  return event.entity_type === 'Gate' && !strangers.has(event.entity_id)
}

/** Gates that were created, and never for this work package. A result names no work package itself. */
function gatesOfOthers(events: readonly LogEvent[], id: string): Set<string> {
  const strangers = new Set<string>()
  for (const event of events) if (!isCreatedFor(event, id)) strangers.add(event.entity_id)
  for (const event of events) {
    if (strangers.has(event.entity_id) && event.event_type === 'GateCreated' && isCreatedFor(event, id)) {
      strangers.delete(event.entity_id)
    }
  }
  return strangers
}

/** False for the creation of a gate for another work package alone. */
function isCreatedFor(event: LogEvent, id: string): boolean {
  if (!isKittyEvent(event) || event.event_type !== 'GateCreated') return true
  return event.payload.work_package_id === id
}

function apply(draft: Draft, event: LogEvent, table: WorkflowTable): void {
  draft.clock = Math.max(draft.clock, event.lamport_clock)
  draft.updated_at = event.timestamp
  draft.actor = event.actor
  draft.event_count += 1
  if (!isKittyEvent(event)) return
  switch (event.event_type) {
    case 'WPCreated':
      return define(draft, event)
    case 'WPStatusChanged':
      return setLane(draft, event, table)
    case 'SubtaskCompleted':
      return tick(draft, event)
    case 'GateCreated':
    case 'GateResultChanged':
      return setGate(draft, event)
    case 'WorkspaceCreated': {
      const { worktree_path, branch_name, base_branch } = event.payload
      draft.workspace = { path: worktree_path, branch: branch_name, base_branch: base_branch ?? null }
      return
    }
    case 'TagsChanged':
      draft.tags = changeTags(draft.tags, event.event_id, event.payload)
      return
    case 'UsageRecorded':
      draft.usage = addUsage(draft.usage, event)
      return
    case 'NoteAdded':
      draft.notes += 1
      return
    case 'SpecCreated':
      // Of the feature's own entity, which belongs() keeps out.
      return
    default:
      return event satisfies never
  }
}

function define(draft: Draft, { payload }: Of<'WPCreated'>): void {
  draft.created = true
  draft.title = payload.title
  draft.dependencies = [...new Set(payload.dependencies)]
  const known = new Map(draft.subtasks.map((subtask) => [subtask.id, subtask]))
  const listed = new Set(payload.subtasks)
  // What only a replaced definition had listed goes; what somebody has written stays.
  const others = draft.subtasks.filter((subtask) => subtask.event !== null && !listed.has(subtask.id))
  draft.subtasks = [...[...listed].map((id) => known.get(id) ?? { id, done: false, event: null }), ...others]
}

function setLane(draft: Draft, event: Of<'WPStatusChanged'>, table: WorkflowTable): void {
  const status = event.payload.new_status
  draft.lane = laneShown(table, status)
  draft.lane_event = event.event_id
  draft.lane_actor = event.actor
  draft.lane_since = event.timestamp
  draft.previous_lane = event.payload.old_status
  const unknown = resolveLane(table, status) === undefined
  draft.warnings = unknown
    ? [
        `${event.entity_id}: status ${JSON.stringify(status)} is no lane of this workflow; shown under ${draft.lane}.`,
      ]
    : []
}

function tick(draft: Draft, { event_id, payload }: Of<'SubtaskCompleted'>): void {
  const next = { id: payload.subtask_id, done: payload.done, event: event_id }
  const listed = draft.subtasks.some((subtask) => subtask.id === next.id)
  draft.subtasks = listed
    ? draft.subtasks.map((subtask) => (subtask.id === next.id ? next : subtask))
    : [...draft.subtasks, next]
}

function setGate(draft: Draft, event: Of<'GateCreated'> | Of<'GateResultChanged'>): void {
  const before = draft.gates.find((gate) => gate.gate_id === event.entity_id)
  const next = gateAfter(before ?? emptyGate(event.entity_id), event)
  draft.gates =
    before === undefined ? [...draft.gates, next] : draft.gates.map((gate) => (gate === before ? next : gate))
}

function gateAfter(gate: GateState, event: Of<'GateCreated'> | Of<'GateResultChanged'>): GateState {
  if (event.event_type === 'GateCreated') return { ...gate, gate_type: event.payload.gate_type }
  const { new_status, result_data } = event.payload
  return {
    ...gate,
    status: new_status,
    event: event.event_id,
    actor: event.actor,
    updated_at: event.timestamp,
    result_data: result_data ?? null,
  }
}

function emptyGate(gate_id: string): GateState {
  return {
    gate_id,
    gate_type: null,
    status: 'pending',
    event: null,
    actor: null,
    updated_at: null,
    result_data: null,
  }
}

function addUsage(usage: Usage, { payload }: Of<'UsageRecorded'>): Usage {
  return {
    tokens: usage.tokens + (payload.tokens ?? 0),
    cost_usd_micros: usage.cost_usd_micros + (payload.cost_usd_micros ?? 0),
    seconds: usage.seconds + (payload.seconds ?? 0),
  }
}

function byRegister(a: Conflict, b: Conflict): number {
  const [left, right] = [`${a.entity_id}\n${a.register}`, `${b.entity_id}\n${b.register}`]
  return left < right ? -1 : left > right ? 1 : 0
}
