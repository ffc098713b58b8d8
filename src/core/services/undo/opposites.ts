import {
  type GateState,
  isKittyEvent,
  type LogEvent,
  type NewEvent,
  type PayloadOf,
  undoMove,
  type WorkflowTable,
  type WorkPackageState,
} from '../../events-lib.js'
import { type EventOf, isMove } from '../first-event.js'
import { builtOn } from './refusals.js'

/** A package as it is, with its whole history in total order. */
export interface Ground {
  readonly state: WorkPackageState
  readonly history: readonly LogEvent[]
}

/** Takes a move back: to the lane before, and to the one who had the package there. @throws KittyError LostRace */
export function moveBack(event: EventOf<'WPStatusChanged'>, { state, history }: Ground): NewEvent {
  const decision = undoMove(state, event, earlierHolder(event, history))
  if (decision.ok) return decision.event
  throw builtOn(
    event,
    history.find(({ event_id }) => event_id === state.lane_event),
    'The lane',
  )
}

function earlierHolder(event: EventOf<'WPStatusChanged'>, history: readonly LogEvent[]) {
  const before = history.slice(
    0,
    history.findIndex(({ event_id }) => event_id === event.event_id),
  )
  const move = before.findLast(isMove)
  if (move === undefined) return undefined
  return { actor: move.payload.holder ?? move.actor, session: move.payload.session ?? null }
}

/** Ticks a subtask the other way. @throws KittyError LostRace */
export function tickBack(event: EventOf<'SubtaskCompleted'>, { state, history }: Ground): NewEvent {
  const { feature_slug, work_package_id, subtask_id, done } = event.payload
  const subtask = [...state.subtasks, ...state.former_subtasks].find(({ id }) => id === subtask_id)
  if (subtask?.event !== event.event_id)
    throw builtOn(
      event,
      history.find(({ event_id }) => event_id === subtask?.event),
      `The subtask ${subtask_id}`,
    )
  const payload = { feature_slug, work_package_id, subtask_id, done: !done }
  return { event_type: 'SubtaskCompleted', entity_id: event.entity_id, entity_type: 'WorkPackage', payload }
}

/** Gives a gate the result it had. @throws KittyError LostRace */
export function gateBack(event: EventOf<'GateResultChanged'>, { state, history }: Ground): NewEvent {
  const gate: GateState | undefined = state.gates.find((one) => one.gate_id === event.entity_id)
  if (gate?.event !== event.event_id)
    throw builtOn(
      event,
      history.find(({ event_id }) => event_id === gate?.event),
      'The result',
    )
  return resultBefore(event, history)
}

/** The event that gives a gate the result it had before this one. */
export function resultBefore(event: EventOf<'GateResultChanged'>, history: readonly LogEvent[]): NewEvent {
  const { feature_slug, gate_id, new_status } = event.payload
  const at = history.findIndex(({ event_id }) => event_id === event.event_id)
  const before = history
    .slice(0, at)
    .findLast((one): one is EventOf<'GateResultChanged'> => isResultOf(one, event))
  const payload: PayloadOf['GateResultChanged'] = {
    feature_slug,
    gate_id,
    old_status: new_status,
    new_status: before?.payload.new_status ?? 'pending',
    result_data: before?.payload.result_data ?? null,
  }
  return { event_type: 'GateResultChanged', entity_id: event.entity_id, entity_type: 'Gate', payload }
}

/** Takes added tags off and puts removed ones back. @throws KittyError LostRace */
export function tagsBack(event: EventOf<'TagsChanged'>, { history }: Pick<Ground, 'history'>): NewEvent {
  const { feature_slug, added, removed } = event.payload
  const tags = [...added, ...removed.map(({ tag }) => tag)]
  const later = laterThan(event, history).find((one) => isTagChange(one, tags))
  if (later !== undefined) throw builtOn(event, later, 'A tag')
  const payload = {
    feature_slug,
    added: removed.map(({ tag }) => tag),
    removed: added.map((tag) => ({ tag, seen: [event.event_id] })),
  }
  return { event_type: 'TagsChanged', entity_id: event.entity_id, entity_type: 'WorkPackage', payload }
}

/** Gives a definition the values it had. @throws KittyError LostRace */
export function definitionBack(event: EventOf<'WPChanged'>, { history }: Pick<Ground, 'history'>): NewEvent {
  const { feature_slug, work_package_id, title, priority, dependencies, subtasks } = event.payload
  const later = laterThan(event, history).find((one) => isKittyEvent(one) && one.event_type === 'WPChanged')
  if (later !== undefined) throw builtOn(event, later, 'The definition')
  const back = (change: NonNullable<typeof dependencies>) => ({
    added: change.removed.map(({ id }) => id),
    removed: change.added.map((id) => ({ id, seen: [event.event_id] })),
  })
  const payload = {
    feature_slug,
    work_package_id,
    ...(title && { title: { old: title.new, new: title.old ?? work_package_id } }),
    ...(priority && priority.old !== null && { priority: { old: priority.new, new: priority.old } }),
    ...(dependencies && { dependencies: back(dependencies) }),
    ...(subtasks && { subtasks: back(subtasks) }),
    source: { commit: null, author: null },
  }
  return { event_type: 'WPChanged', entity_id: event.entity_id, entity_type: 'WorkPackage', payload }
}

/** Takes recorded usage off again. */
export function usageBack(event: EventOf<'UsageRecorded'>): NewEvent {
  const { feature_slug, tokens, cost_usd_micros, seconds } = event.payload
  const payload = {
    feature_slug,
    ...(tokens && { tokens: -tokens }),
    ...(cost_usd_micros && { cost_usd_micros: -cost_usd_micros }),
    ...(seconds && { seconds: -seconds }),
    undo: event.event_id,
  }
  return { event_type: 'UsageRecorded', entity_id: event.entity_id, entity_type: 'WorkPackage', payload }
}

/** Gives a package to the one who was to do it before. @throws KittyError LostRace */
export function assignmentBack(event: EventOf<'Assigned'>, { history }: Ground): NewEvent {
  const { feature_slug, work_package_id } = event.payload
  const isAssignment = (one: LogEvent): one is EventOf<'Assigned'> =>
    isKittyEvent(one) && one.event_type === 'Assigned'
  const later = laterThan(event, history).find(isAssignment)
  if (later !== undefined) throw builtOn(event, later, 'The assignment')
  const at = history.findIndex(({ event_id }) => event_id === event.event_id)
  const assignee = history.slice(0, at).findLast(isAssignment)?.payload.assignee ?? null
  const payload = { feature_slug, work_package_id, assignee }
  return { event_type: 'Assigned', entity_id: event.entity_id, entity_type: 'WorkPackage', payload }
}

/** The lane of work that is given up, or undefined where the table has none. */
export function droppedLane(table: WorkflowTable): string | undefined {
  return table.dropped[0]
}

function laterThan(event: LogEvent, history: readonly LogEvent[]): readonly LogEvent[] {
  return history.slice(history.findIndex(({ event_id }) => event_id === event.event_id) + 1)
}

function isResultOf(event: LogEvent, gate: LogEvent): boolean {
  return isKittyEvent(event) && event.event_type === 'GateResultChanged' && event.entity_id === gate.entity_id
}

function isTagChange(event: LogEvent, tags: readonly string[]): boolean {
  if (!isKittyEvent(event) || event.event_type !== 'TagsChanged') return false
  const { added, removed } = event.payload
  return [...added, ...removed.map(({ tag }) => tag)].some((tag) => tags.includes(tag))
}
