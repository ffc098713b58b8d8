import { applyEvent, setLane, type Draft } from './apply-event.js'
import { headIds } from './causality.js'
import { streamConflicts, winningMove, type Conflict, type MergeOptions } from './conflict.js'
import { distinctEvents } from './distinct.js'
import { entityKey, isKittyEvent, type LogEvent } from './event.js'
import { contestedWrite } from './registers.js'
import { traceStreams } from './stream.js'
import { emptyWorkPackage, type WorkPackageState } from './work-package-state.js'
import { DEFAULT_WORKFLOW, type WorkflowTable } from './workflow.js'

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
  for (const event of own) applyEvent(draft, event, table)
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
  applyEvent(draft, event, options.table ?? DEFAULT_WORKFLOW)
  const write = isKittyEvent(event) ? contestedWrite(event) : undefined
  if (write !== undefined && state.conflicts.length > 0) {
    // It has seen every earlier write of its register, and so settles what was open there.
    draft.conflicts = state.conflicts.filter(
      (conflict) => conflict.register !== write.register || conflict.entity_id !== event.entity_id,
    )
  }
  return draft
}

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

function byRegister(a: Conflict, b: Conflict): number {
  const [left, right] = [`${a.entity_id}\n${a.register}`, `${b.entity_id}\n${b.register}`]
  return left < right ? -1 : left > right ? 1 : 0
}
