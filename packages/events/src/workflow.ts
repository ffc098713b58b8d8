export interface Move {
  readonly to: string
  /** Guards that must let it pass; `--force` skips them. */
  readonly requires?: readonly string[]
  /** Guards that must let it pass even when forced. */
  readonly always?: readonly string[]
  /** Not open without force; its guards still say what else would be missing. */
  readonly forcedOnly?: boolean
}

/** A workflow as data: lanes, moves and the names of the guards on them. */
export interface WorkflowTable {
  readonly name: string
  /** The columns of a board, in order. The order is also the priority of the `priority` merge rule, lowest first. */
  readonly lanes: readonly string[]
  /** Lane of a work package without a status event. */
  readonly initial: string
  /** Lanes that satisfy a dependency. */
  readonly done: readonly string[]
  /** Lanes in which a work package belongs to whoever moved it there. */
  readonly working: readonly string[]
  /** Lanes that are left by force alone. */
  readonly terminal: readonly string[]
  readonly moves: Readonly<Record<string, readonly Move[]>>
  /** Guards on every move, asked before the table: who may. */
  readonly conditions: readonly string[]
  /** Guards on entering a lane from anywhere, forced or not. */
  readonly enters?: Readonly<Record<string, readonly string[]>>
  /** Lanes a log may name that no board shows; they can be moved from. */
  readonly offBoard?: readonly string[]
  /** Lanes a first status event may name when it knows of no earlier one; `initial` alone when absent. */
  readonly entry?: readonly string[]
  /** Other spellings of lanes. */
  readonly aliases?: Readonly<Record<string, string>>
}

/** planned → doing → for_review → done, with rejected as the way back. */
export const DEFAULT_WORKFLOW: WorkflowTable = {
  name: 'default',
  lanes: ['planned', 'doing', 'for_review', 'done', 'rejected'],
  initial: 'planned',
  done: ['done'],
  working: ['doing'],
  terminal: ['done'],
  conditions: ['not_someone_elses'],
  moves: {
    planned: [{ to: 'doing', requires: ['dependencies_done'] }],
    doing: [{ to: 'for_review', requires: ['subtasks_done'] }, { to: 'planned' }],
    for_review: [
      { to: 'done', requires: ['gates_passed'] },
      { to: 'rejected' },
      { to: 'doing', requires: ['dependencies_done'] },
    ],
    rejected: [{ to: 'doing', requires: ['dependencies_done'] }, { to: 'planned' }],
    done: [],
  },
}

const BACK_TO_WORK: Move = { to: 'in_progress', always: ['review_reference_given'] }
const BACK_TO_START: Move = { to: 'planned', forcedOnly: true, requires: ['review_reference_given'] }
const STOPS: readonly Move[] = [{ to: 'blocked' }, { to: 'canceled' }]
const APPROVE: Move = { to: 'approved', requires: ['subtasks_done'] }
const FINISH: Move = { to: 'done', requires: ['gates_passed'] }

/** Nine lanes with claiming, review and approval as steps of their own. */
export const REVIEWED_WORKFLOW: WorkflowTable = {
  name: 'reviewed',
  lanes: [
    'planned',
    'claimed',
    'in_progress',
    'for_review',
    'in_review',
    'approved',
    'done',
    'blocked',
    'canceled',
  ],
  initial: 'planned',
  done: ['done'],
  working: ['claimed', 'in_progress', 'in_review'],
  terminal: ['done', 'canceled'],
  conditions: ['not_someone_elses'],
  enters: { approved: ['evidence_given'], done: ['evidence_given'] },
  offBoard: ['genesis'],
  entry: ['planned'],
  moves: {
    genesis: [{ to: 'planned' }, ...STOPS],
    planned: [{ to: 'claimed', requires: ['dependencies_done'] }, ...STOPS],
    claimed: [{ to: 'in_progress', requires: ['dependencies_done'] }, ...STOPS],
    in_progress: [
      { to: 'for_review', requires: ['subtasks_done'] },
      APPROVE,
      { to: 'planned', forcedOnly: true, requires: ['reason_given'] },
      ...STOPS,
    ],
    for_review: [{ to: 'in_review' }, APPROVE, FINISH, BACK_TO_WORK, BACK_TO_START, ...STOPS],
    in_review: [{ to: 'for_review' }, APPROVE, FINISH, BACK_TO_WORK, BACK_TO_START, ...STOPS],
    approved: [FINISH, BACK_TO_WORK, BACK_TO_START, ...STOPS],
    blocked: [{ to: 'in_progress', requires: ['dependencies_done'] }, ...STOPS],
    done: [],
    canceled: [],
  },
}

/** The lane that a status shows under: itself, what it is an alias of, or undefined. */
export function resolveLane(table: WorkflowTable, status: string): string | undefined {
  if (table.lanes.includes(status)) return status
  const aliases = table.aliases ?? {}
  // Own keys only: a log may call a lane `constructor`.
  return Object.hasOwn(aliases, status) ? aliases[status] : undefined
}

/** The same, with the initial lane for a status the table does not know. */
export function laneShown(table: WorkflowTable, status: string): string {
  return resolveLane(table, status) ?? table.initial
}

/** The moves out of a lane, in the table's order. */
export function movesFrom(table: WorkflowTable, lane: string): readonly Move[] {
  return (Object.hasOwn(table.moves, lane) ? table.moves[lane] : undefined) ?? []
}

/** The lanes one may move to without force. */
export function validTransitions(table: WorkflowTable, lane: string): string[] {
  return movesFrom(table, lane)
    .filter((move) => move.forcedOnly !== true)
    .map((move) => move.to)
}
