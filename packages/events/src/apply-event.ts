import {
  DEFAULT_PRIORITY,
  isFromNewerKitty,
  isKittyEvent,
  type EventId,
  type EventType,
  type KittyEvent,
  type LogEvent,
} from './event.js'
import { changeTags } from './merge.js'
import { create, change } from './apply-definition.js'
import { setGate } from './apply-gate.js'
import { type Draft, type Of, remember, SEES_ALL, type Sight, withOriginals } from './draft-state.js'
import { importKey } from './twins.js'
import type { SubtaskState, Usage } from './work-package-state.js'
import { isReviewLane, laneShown, resolveLane, type WorkflowTable } from './workflow.js'

/**
 * What each event type changes on a board. Exhaustive: a new type does not compile until it is here. Every event also
 * changes the clock, heads, counts, and who was last there.
 */
export const BOARD_CELLS: Readonly<Record<EventType, readonly string[]>> = {
  SpecCreated: ['title', 'mission', 'created_by', 'created_at', 'specified'],
  FeatureArchived: ['archived'],
  FeatureRestored: ['archived'],
  WPCreated: ['title', 'priority', 'dependencies', 'subtasks', 'former_subtasks', 'created', 'collision'],
  WPChanged: ['title', 'priority', 'dependencies', 'subtasks', 'former_subtasks'],
  WPStatusChanged: [
    'lane',
    'lane_event',
    'lane_actor',
    'lane_session',
    'lane_since',
    'lane_sign',
    'worker',
    'previous_lane',
    'warnings',
  ],
  WorkspaceCreated: ['workspace'],
  SubtaskCompleted: ['subtasks', 'former_subtasks'],
  GateCreated: ['gates'],
  GateResultChanged: ['gates'],
  TagsChanged: ['tags'],
  UsageRecorded: ['usage'],
  NoteAdded: ['notes'],
  NoteRetracted: ['notes'],
  Assigned: ['assignee'],
  LinkAdded: ['links'],
  HeadsJoined: [],
}

/**
 * Applies the next event in total order, of the work package or of one of its gates, to a draft. The caller keeps
 * heads, conflicts and collisions.
 */
export function applyEvent(
  draft: Draft,
  event: LogEvent,
  table: WorkflowTable,
  sight: Sight = SEES_ALL,
): void {
  draft.clock = Math.max(draft.clock, event.lamport_clock)
  draft.updated_at = event.timestamp
  draft.actor = event.actor
  draft.event_count += 1
  if (event.causation_id !== null && importKey(event) !== undefined)
    remember(draft, { imported: draft.memory.imported + 1 })
  if (isSign(draft, event)) draft.lane_sign = { event_id: event.event_id, timestamp: event.timestamp }
  if (!isKittyEvent(event)) return applyUnread(draft, event)
  switch (event.event_type) {
    case 'WPCreated':
      return create(draft, event, sight)
    case 'WPChanged':
      return change(draft, event, sight)
    case 'WPStatusChanged':
      setLane(draft, event, table)
      if (isWork(table, draft.lane))
        draft.worker = { actor: draft.lane_actor ?? '', session: draft.lane_session }
      return
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
      return setTags(draft, event, sight)
    case 'UsageRecorded':
      return addUsage(draft, event, sight)
    case 'NoteAdded':
      if (!draft.memory.retracted.includes(event.event_id)) draft.notes += 1
      return
    case 'NoteRetracted':
      return retractNote(draft, sight.originalOf(event.payload.note), sight)
    case 'Assigned':
      draft.assignee = event.payload.assignee
      return
    case 'LinkAdded':
      return addLink(draft, event)
    case 'HeadsJoined':
    case 'SpecCreated':
    case 'FeatureArchived':
    case 'FeatureRestored':
      // The last three are about the feature's own entity, which belongs() keeps out.
      return
    default:
      return event satisfies never
  }
}

/** Finds the holder's last sign of life where another move than the last one decides the lane. */
export function findSign(draft: Draft, inOrder: readonly LogEvent[]): void {
  const from = inOrder.findIndex(({ event_id }) => event_id === draft.lane_event)
  const last = inOrder.slice(from + 1).findLast((event) => isSign(draft, event))
  if (last !== undefined) draft.lane_sign = { event_id: last.event_id, timestamp: last.timestamp }
}

/** Makes this write the one that decides its register. */
export function applyWinner(draft: Draft, register: string, event: KittyEvent, table: WorkflowTable): void {
  switch (event.event_type) {
    case 'WPStatusChanged':
      return setLane(draft, event, table)
    case 'SubtaskCompleted':
      return tickSubtask(draft, event)
    case 'GateResultChanged':
      return setGate(draft, event)
    case 'Assigned':
      draft.assignee = event.payload.assignee
      return
    case 'WPCreated':
      if (register === 'title') draft.title = event.payload.title
      if (register === 'priority') draft.priority = event.payload.priority ?? DEFAULT_PRIORITY
      return
    case 'WPChanged':
      if (register === 'title' && event.payload.title) draft.title = event.payload.title.new
      if (register === 'priority' && event.payload.priority) draft.priority = event.payload.priority.new
      return
    default:
      // No other type writes a contested register of a work package.
      return
  }
}

function applyUnread(draft: Draft, event: LogEvent): void {
  // A redacted creation leaves a package that is there and whose definition is not known.
  if (event.event_type === 'WPCreated') draft.created = true
  if (!isFromNewerKitty(event) || draft.newer_types.includes(event.event_type)) return
  draft.newer_types = [...draft.newer_types, event.event_type].sort()
}

/** Makes a move the one that decides the lane. */
function setLane(draft: Draft, event: Of<'WPStatusChanged'>, table: WorkflowTable): void {
  const status = event.payload.new_status
  draft.lane = laneShown(table, status)
  draft.lane_event = event.event_id
  draft.lane_actor = event.payload.holder ?? event.actor
  draft.lane_session = event.payload.session ?? null
  draft.lane_since = event.timestamp
  draft.lane_sign = { event_id: event.event_id, timestamp: event.timestamp }
  draft.previous_lane = event.payload.old_status
  const unknown = resolveLane(table, status) === undefined
  draft.warnings = unknown
    ? [
        `${event.entity_id}: status ${JSON.stringify(status)} is not a lane of this workflow; it is shown as it is.`,
      ]
    : []
}

/** True for an event by the one who has the package. */
function isSign(
  { lane_actor, lane_session }: Draft,
  { actor, correlation_id, entity_type }: LogEvent,
): boolean {
  if (lane_actor !== actor || entity_type !== 'WorkPackage') return false
  return lane_session === null || correlation_id === lane_session
}

function isWork(table: WorkflowTable, lane: string): boolean {
  return table.working.includes(lane) && !isReviewLane(lane)
}

function tickSubtask(draft: Draft, { event_id, payload }: Of<'SubtaskCompleted'>): void {
  const next = { id: payload.subtask_id, done: payload.done, event: event_id }
  const written = (subtasks: readonly SubtaskState[]) =>
    subtasks.map((subtask) => (subtask.id === next.id ? next : subtask))
  const isListed = draft.subtasks.some(({ id }) => id === next.id)
  if (!isListed && draft.former_subtasks.some(({ id }) => id === next.id)) {
    draft.former_subtasks = written(draft.former_subtasks)
    return
  }
  draft.subtasks = isListed ? written(draft.subtasks) : [...draft.subtasks, next]
}

function setTags(draft: Draft, { event_id, payload }: Of<'TagsChanged'>, sight: Sight): void {
  const { added, removed } = payload
  const before = { live: draft.tags, gone: draft.memory.gone_tags }
  const after = changeTags(before, event_id, { added, removed: withOriginals(removed, sight) })
  draft.tags = after.live
  if (after.gone.length > 0) remember(draft, { gone_tags: after.gone })
}

function addUsage(draft: Draft, { payload }: Of<'UsageRecorded'>, sight: Sight): void {
  if (payload.undo !== undefined && payload.undo !== null) {
    const undone = sight.originalOf(payload.undo)
    // Two clones that take back the same usage take it back once.
    if (draft.memory.undone.includes(undone)) return
    remember(draft, { undone: [...draft.memory.undone, undone] })
  }
  draft.usage = sum(draft.usage, payload)
}

function sum(usage: Usage, payload: Of<'UsageRecorded'>['payload']): Usage {
  return {
    tokens: usage.tokens + (payload.tokens ?? 0),
    cost_usd_micros: usage.cost_usd_micros + (payload.cost_usd_micros ?? 0),
    seconds: usage.seconds + (payload.seconds ?? 0),
  }
}

function retractNote(draft: Draft, note: string, sight: Sight): void {
  if (draft.memory.retracted.includes(note)) return
  remember(draft, { retracted: [...draft.memory.retracted, note] })
  if (sight.isNote(note)) draft.notes -= 1
}

function addLink(draft: Draft, { event_id, payload }: Of<'LinkAdded'>): void {
  draft.links = withLink(draft.links, event_id, payload)
}

/** Links are told apart by kind and reference; the last title that one was given counts. */
export function withLink(
  links: Draft['links'],
  event: EventId,
  { kind, ref, title }: Of<'LinkAdded'>['payload'],
): Draft['links'] {
  const known = links.find((link) => link.kind === kind && link.ref === ref)
  if (known === undefined) return [...links, { kind, ref, title: title ?? null, event }]
  return links.map((link) => (link === known ? { ...known, title: title ?? known.title } : link))
}
