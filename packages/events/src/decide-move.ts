import type { NewEvent } from './event.js'
import { GUARDS, isBlank, isTakeOver, unfinished, type MoveFacts, type RefusalKind } from './guards.js'
import { moveViolations, type Guards } from './violations.js'
import { movesFrom, resolveLane, validTransitions, type WorkflowTable } from './workflow.js'

/** Why a move is refused. */
export interface Refusal {
  readonly kind: RefusalKind
  readonly message: string
  readonly current_status: string
  readonly requested_status: string
  /** Lanes that the package may move to without force. */
  readonly valid_transitions: readonly string[]
  /** What blocks the move, by name: dependencies, subtasks, gates, an actor. */
  readonly blockers: readonly string[]
}

export type MoveDecision =
  | { readonly ok: true; readonly events: readonly NewEvent<'WPStatusChanged'>[] }
  | { readonly ok: false; readonly refusal: Refusal }

/**
 * Decides whether a work package may move, and returns the event that says it did. Checks in this order: the request
 * itself, conditions (who may move it), the table, validators (may it move). Pure: throws and writes nothing.
 */
export function decideMove(table: WorkflowTable, facts: MoveFacts, guards: Guards = GUARDS): MoveDecision {
  const { state } = facts
  const to = resolveLane(table, facts.to)
  const refuse = (kind: RefusalKind, message: string, blockers: readonly string[] = []): MoveDecision => ({
    ok: false,
    refusal: {
      kind,
      message,
      current_status: state.lane,
      requested_status: to ?? facts.to,
      valid_transitions: validTransitions(table, state.lane),
      blockers,
    },
  })
  if (state.newer_types.length > 0) {
    const types = state.newer_types.join(', ')
    const message = `${state.work_package_id} holds events that a newer kitty wrote (${types}); upgrade kitty to move it.`
    return refuse('ValidationError', message)
  }
  if (state.collision.length > 0) {
    const files = state.collision.map(({ file }) => file)
    const message = `${state.work_package_id} is the id of several packages (${files.join(', ')}); give all but one another number.`
    return refuse('ValidationError', message, files)
  }
  if (to === state.lane && isTakeOver(facts, table)) {
    if (!isBlank(facts.reason)) return { ok: true, events: [statusChanged(table, facts, to)] }
    return refuse('ValidationError', `Taking over ${state.work_package_id} needs a reason; give one.`, [
      'reason',
    ])
  }
  if (to === state.lane) {
    return refuse('StateTransitionError', `${state.work_package_id} is already in ${to}; nothing to do.`)
  }
  if (to === undefined) {
    const lane = JSON.stringify(facts.to)
    const message = `${lane} is not a lane of the ${table.name} workflow; use one of ${table.lanes.join(', ')}.`
    return refuse('ValidationError', message)
  }
  const [first] = moveViolations(table, state.lane, facts, guards)
  if (first !== undefined) return refuse(first.kind, first.message, first.blockers)
  return { ok: true, events: [statusChanged(table, facts, to)] }
}

function statusChanged(table: WorkflowTable, facts: MoveFacts, to: string): NewEvent<'WPStatusChanged'> {
  const { state, reason, force, dependencies, session } = facts
  const asked = movesFrom(table, state.lane).find((move) => move.to === to)?.requires ?? []
  const incomplete = unfinished(dependencies, table).map(({ id }) => id)
  // A forced move records the same facts: they are what was overruled.
  const gates = asked.includes('gates_passed') ? state.gates : []
  const waited = asked.includes('dependencies_done') ? dependencies : []
  return {
    event_type: 'WPStatusChanged',
    entity_id: state.work_package_id,
    entity_type: 'WorkPackage',
    payload: {
      feature_slug: state.feature_slug,
      old_status: state.lane,
      new_status: to,
      ...(reason === undefined || reason === null ? {} : { reason }),
      ...(force === true ? { force } : {}),
      ...(session === undefined || session === null ? {} : { session }),
      ...(gates.length === 0
        ? {}
        : {
            gate_results: gates.map(({ gate_id, gate_type, status }) => ({
              gate_type: gate_type ?? gate_id,
              status,
            })),
          }),
      ...(waited.length === 0
        ? {}
        : {
            dependency_status: { all_complete: incomplete.length === 0, incomplete_dependencies: incomplete },
          }),
    },
  }
}
