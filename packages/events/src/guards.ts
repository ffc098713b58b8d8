import { isSameActor, isSameHolder } from './holder.js'
import type { WorkPackageState } from './work-package-state.js'
import { isInTable, type WorkflowTable } from './workflow.js'

export type RefusalKind =
  'StateTransitionError' | 'DependencyValidationError' | 'GateFailure' | 'ValidationError'

/** A dependency and the lane it is in; null when no such work package is known. */
export interface DependencyLane {
  readonly id: string
  readonly lane: string | null
}

/** Everything that a guard may look at. */
export interface MoveFacts {
  readonly state: WorkPackageState
  readonly to: string
  readonly actor: string
  /** The actor's session; a claim keeps it, and with it makes the holder. */
  readonly session?: string | null
  /** The caller found that another holder's package may be taken over: its lease ended, or it is this actor's own. */
  readonly takeOver?: boolean
  readonly reason?: string | null
  readonly force?: boolean
  readonly dependencies: readonly DependencyLane[]
  /** Names the review a move answers to. */
  readonly review_ref?: string | null
  /** True when the caller holds proof of what was done and who approved it. */
  readonly evidence?: boolean
}

/** One rule a move must pass. */
export interface Guard {
  readonly kind: RefusalKind
  /** What blocks the move, by name; an empty list lets it pass. */
  blockers(facts: MoveFacts, table: WorkflowTable): string[]
  /** What is wrong, and what to do next. */
  message(facts: MoveFacts, blockers: readonly string[]): string
}

/** The guards that a table may name. Callers can pass more to the functions that evaluate them. */
export const GUARDS = {
  not_someone_elses: {
    kind: 'StateTransitionError',
    blockers: ({ state: { lane, lane_actor }, actor, takeOver }, table) => {
      const isTheirs = lane_actor !== null && !isSameActor(lane_actor, actor)
      return takeOver !== true && isTheirs && isHeld(lane, table) ? [lane_actor] : []
    },
    message: ({ state }, [owner]) => `${state.work_package_id} is in ${state.lane} with ${owner}; ask them.`,
  },
  dependencies_done: {
    kind: 'DependencyValidationError',
    blockers: ({ dependencies }, table) => unfinished(dependencies, table).map(({ id }) => id),
    message: ({ state, dependencies }, blockers) => {
      const places = dependencies.filter(({ id }) => blockers.includes(id))
      const list = places.map(({ id, lane }) => `${id} (${lane ?? 'unknown'})`).join(', ')
      return `${state.work_package_id} depends on ${list}; finish ${places.length === 1 ? 'it' : 'them'} first.`
    },
  },
  subtasks_done: {
    kind: 'StateTransitionError',
    blockers: ({ state }) => state.subtasks.filter((subtask) => !subtask.done).map((subtask) => subtask.id),
    message: ({ state }, blockers) =>
      `${state.work_package_id} has open subtasks: ${blockers.join(', ')}; mark them done first.`,
  },
  gates_passed: {
    kind: 'GateFailure',
    blockers: ({ state }) =>
      state.gates.filter((gate) => gate.status !== 'passed').map((gate) => gate.gate_id),
    message: ({ state }, blockers) =>
      `${state.work_package_id} has gates that have not passed: ${blockers.join(', ')}; record their results first.`,
  },
  reason_given: {
    kind: 'ValidationError',
    blockers: ({ reason }) => (isBlank(reason) ? ['reason'] : []),
    message: ({ state }) => `This move of ${state.work_package_id} needs a reason; give one.`,
  },
  review_reference_given: {
    kind: 'ValidationError',
    blockers: ({ review_ref }) => (isBlank(review_ref) ? ['review_ref'] : []),
    message: ({ state }) => `This move of ${state.work_package_id} answers a review; name the review.`,
  },
  evidence_given: {
    kind: 'ValidationError',
    blockers: ({ evidence }) => (evidence === true ? [] : ['evidence']),
    message: ({ state, to }) =>
      `${state.work_package_id} enters ${to} only with evidence of the work and its review; give it.`,
  },
} as const satisfies Readonly<Record<string, Guard>>

/** The dependencies that are not in a lane that satisfies them. */
export function unfinished(dependencies: readonly DependencyLane[], table: WorkflowTable): DependencyLane[] {
  return dependencies.filter(({ lane }) => lane === null || !table.done.includes(lane))
}

/** Whether a move to the lane that a package is in gives it another holder, which is more than nothing. */
export function isTakeOver(
  { state, actor, session = null, takeOver, force }: MoveFacts,
  table: WorkflowTable,
): boolean {
  const { lane, lane_actor, lane_session } = state
  if (!table.working.includes(lane) || lane_actor === null || (takeOver !== true && force !== true))
    return false
  return !isSameHolder({ actor: lane_actor, session: lane_session }, { actor, session })
}

/** A working lane belongs to its holder; so does one that the table lacks, since nothing says who may leave it. */
function isHeld(lane: string, table: WorkflowTable): boolean {
  return table.working.includes(lane) || !isInTable(table, lane)
}

export function isBlank(text: string | null | undefined): boolean {
  return text === undefined || text === null || text.trim() === ''
}
