import {
  DEFAULT_PRIORITY,
  isFromNewerKitty,
  isKittyEvent,
  type ElementRemoval,
  type EventId,
  type EventType,
  type KittyEvent,
  type LogEvent,
} from './event.js'
import { changeSet, changeTags, type ObservedSet } from './merge.js'
import { importKey } from './twins.js'
import type { GateState, SubtaskState, Usage, WorkPackageState } from './work-package-state.js'
import { laneShown, resolveLane, type WorkflowTable } from './workflow.js'

/** A state while events are applied to it; what it holds is replaced, never changed in place. */
export type Draft = { -readonly [Key in keyof WorkPackageState]: WorkPackageState[Key] } & {
  heads: Record<string, readonly EventId[]>
}
type Of<Type extends EventType> = Extract<KittyEvent, { event_type: Type }>

/** What applying an event needs to know about the history, other than the state. */
export interface Sight {
  /** Whether the event has seen an earlier one of its entity. */
  hasSeen(event: LogEvent, earlier: string): boolean
  /** The event that counts for an import. */
  originalOf(id: string): string
  /** Whether a note of this id was applied. */
  isNote(id: string): boolean
}

/** For an event that has seen the whole history of its entity. */
export const SEES_ALL: Sight = { hasSeen: () => true, originalOf: (id) => id, isNote: () => true }

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
  if (!isKittyEvent(event)) return applyUnread(draft, event)
  switch (event.event_type) {
    case 'WPCreated':
      return create(draft, event, sight)
    case 'WPChanged':
      return change(draft, event, sight)
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

function remember(draft: Draft, change: Partial<Draft['memory']>): void {
  draft.memory = { ...draft.memory, ...change }
}

function applyUnread(draft: Draft, event: LogEvent): void {
  // A redacted creation leaves a package that is there and whose definition is not known.
  if (event.event_type === 'WPCreated') draft.created = true
  if (!isFromNewerKitty(event) || draft.newer_types.includes(event.event_type)) return
  draft.newer_types = [...draft.newer_types, event.event_type].sort()
}

function create(draft: Draft, event: Of<'WPCreated'>, sight: Sight): void {
  const { title, priority, dependencies, subtasks } = event.payload
  draft.created = true
  draft.title = title
  draft.priority = priority ?? DEFAULT_PRIORITY
  const replaced = (set: ObservedSet, added: readonly string[]) => inPlaceOf(set, added, event, sight)
  setDependencies(draft, replaced(draft.memory.dependencies, dependencies))
  setSubtasks(draft, replaced(draft.memory.subtasks, subtasks), [])
}

/** A definition takes the place of all that its writer had seen; elements that others added concurrently stay. */
function inPlaceOf(
  set: ObservedSet,
  added: readonly string[],
  event: Of<'WPCreated'>,
  sight: Sight,
): ObservedSet {
  const removed = set.live.map(({ id, adds }) => ({
    id,
    seen: adds.filter((add) => sight.hasSeen(event, add)),
  }))
  const { live, gone } = changeSet(set, event.event_id, { added, removed })
  const place = new Map([...new Set(added)].map((id, at) => [id, at]))
  const listed = live.filter(({ id }) => place.has(id))
  return {
    live: [
      ...listed.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0)),
      ...live.filter(({ id }) => !place.has(id)),
    ],
    gone,
  }
}

function change(draft: Draft, { event_id, payload }: Of<'WPChanged'>, sight: Sight): void {
  const { title, priority, dependencies, subtasks } = payload
  if (title) draft.title = title.new
  if (priority) draft.priority = priority.new
  if (dependencies) {
    const { added, removed } = dependencies
    const seen = withOriginals(removed, sight)
    setDependencies(draft, changeSet(draft.memory.dependencies, event_id, { added, removed: seen }))
  }
  if (subtasks) {
    const { added, removed } = subtasks
    const seen = withOriginals(removed, sight)
    const set = changeSet(draft.memory.subtasks, event_id, { added, removed: seen })
    setSubtasks(
      draft,
      set,
      removed.map(({ id }) => id),
    )
  }
}

function withOriginals<Removal extends Pick<ElementRemoval, 'seen'>>(
  removed: readonly Removal[],
  sight: Sight,
): Removal[] {
  return removed.map((removal) => ({ ...removal, seen: removal.seen.map((id) => sight.originalOf(id)) }))
}

function setDependencies(draft: Draft, dependencies: ObservedSet): void {
  remember(draft, { dependencies })
  draft.dependencies = dependencies.live.map(({ id }) => id)
}

/** @param taken those that this event takes off the definition by name */
function setSubtasks(draft: Draft, subtasks: ObservedSet, taken: readonly string[]): void {
  remember(draft, { subtasks })
  const known = new Map([...draft.former_subtasks, ...draft.subtasks].map((subtask) => [subtask.id, subtask]))
  const ids = subtasks.live.map(({ id }) => id)
  const listed = new Set(ids)
  const stateOf = (id: string): SubtaskState => known.get(id) ?? { id, done: false, event: null }
  const former = new Set([
    ...draft.former_subtasks.map(({ id }) => id),
    ...taken.filter((id) => known.has(id)),
  ])
  // What only a replaced definition had listed goes; what someone has written stays.
  const others = draft.subtasks.filter(
    ({ id, event }) => event !== null && !listed.has(id) && !former.has(id),
  )
  draft.subtasks = [...ids.map(stateOf), ...others]
  draft.former_subtasks = [...former].filter((id) => !listed.has(id)).map(stateOf)
}

/** Makes a move the one that decides the lane. */
function setLane(draft: Draft, event: Of<'WPStatusChanged'>, table: WorkflowTable): void {
  const status = event.payload.new_status
  draft.lane = laneShown(table, status)
  draft.lane_event = event.event_id
  draft.lane_actor = event.payload.holder ?? event.actor
  draft.lane_session = event.payload.session ?? null
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
