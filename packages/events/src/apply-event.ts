import { isKittyEvent, type EventId, type KittyEvent, type LogEvent } from './event.js'
import { changeTags } from './merge.js'
import type { GateState, Usage, WorkPackageState } from './work-package-state.js'
import { laneShown, resolveLane, type WorkflowTable } from './workflow.js'

/** A state while events are applied to it; what it holds is replaced, never changed in place. */
export type Draft = { -readonly [Key in keyof WorkPackageState]: WorkPackageState[Key] } & {
  heads: Record<string, readonly EventId[]>
}
type Of<Type extends KittyEvent['event_type']> = Extract<KittyEvent, { event_type: Type }>

/**
 * Applies one event, of the work package or one of its gates, to a draft; the next in total order each time.
 * Heads and conflicts are the caller's.
 */
export function applyEvent(draft: Draft, event: LogEvent, table: WorkflowTable): void {
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
      return tickSubtask(draft, event)
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

/** Makes a move the one that decides the lane. */
export function setLane(draft: Draft, event: Of<'WPStatusChanged'>, table: WorkflowTable): void {
  const status = event.payload.new_status
  draft.lane = laneShown(table, status)
  draft.lane_event = event.event_id
  draft.lane_actor = event.actor
  draft.lane_since = event.timestamp
  draft.previous_lane = event.payload.old_status
  const unknown = resolveLane(table, status) === undefined
  draft.warnings = unknown
    ? [
        `${event.entity_id}: status ${JSON.stringify(status)} is not a lane of this workflow; it is shown as it is.`,
      ]
    : []
}

function tickSubtask(draft: Draft, { event_id, payload }: Of<'SubtaskCompleted'>): void {
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
