export interface Move {
  readonly to: string
  /** Guards that must let the move pass; force skips them. */
  readonly requires?: readonly string[]
  /** Guards that must let the move pass even when it is forced. */
  readonly always?: readonly string[]
  /** Open with force only. Its guards still say what else is missing. */
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
  /** Lanes in which a work package belongs to its holder: the actor, and session, that moved it there. */
  readonly working: readonly string[]
  /** Lanes of work that was given up: not part of a percentage, and no dependency is satisfied by them. */
  readonly dropped: readonly string[]
  /** Lanes that only force leaves. */
  readonly terminal: readonly string[]
  readonly moves: Readonly<Record<string, readonly Move[]>>
  /** Guards on every move, asked before the table: who may move. */
  readonly conditions: readonly string[]
  /** Guards on entering a lane from anywhere, forced or not. */
  readonly enters?: Readonly<Record<string, readonly string[]>>
  /** Lanes that a log may name and no board shows; a package can leave them. */
  readonly offBoard?: readonly string[]
  /** Lanes that a first status event may name when it knows of no earlier one; only `initial` when absent. */
  readonly entry?: readonly string[]
  /** Other spellings of lanes. */
  readonly aliases?: Readonly<Record<string, string>>
}

const CANCEL: Move = { to: 'canceled', requires: ['reason_given'] }

/** planned → doing → for_review → done, with rejected as the way back and canceled for work that is given up. */
export const DEFAULT_WORKFLOW: WorkflowTable = {
  name: 'default',
  lanes: ['planned', 'doing', 'for_review', 'done', 'rejected', 'canceled'],
  initial: 'planned',
  done: ['done'],
  working: ['doing'],
  dropped: ['canceled'],
  terminal: ['done'],
  conditions: ['not_someone_elses'],
  moves: {
    planned: [{ to: 'doing', requires: ['dependencies_done'] }, CANCEL],
    doing: [{ to: 'for_review', requires: ['subtasks_done'] }, { to: 'planned' }, CANCEL],
    for_review: [
      { to: 'done', requires: ['gates_passed'] },
      { to: 'rejected' },
      { to: 'doing', requires: ['dependencies_done'] },
      CANCEL,
    ],
    rejected: [{ to: 'doing', requires: ['dependencies_done'] }, { to: 'planned' }, CANCEL],
    canceled: [{ to: 'planned' }],
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
  dropped: ['canceled'],
  terminal: ['done', 'canceled'],
  conditions: ['not_someone_elses'],
  enters: { approved: ['evidence_given'], done: ['evidence_given'] },
  offBoard: ['genesis'],
  entry: ['planned'],
  aliases: { doing: 'in_progress' },
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

/** The lane that a status means: itself, the lane it is an alias of, or undefined when the table has neither. */
export function resolveLane(table: WorkflowTable, status: string): string | undefined {
  if (table.lanes.includes(status)) return status
  const aliases = table.aliases ?? {}
  // Own keys only: a log may call a lane `constructor`.
  return Object.hasOwn(aliases, status) ? aliases[status] : undefined
}

/** The lane a status is shown in: a status that the table does not have is shown as itself. */
export function laneShown(table: WorkflowTable, status: string): string {
  return resolveLane(table, status) ?? status
}

/** True for a lane whose name says that work is judged in it, or waits for that. */
export function isReviewLane(lane: string): boolean {
  return /review/i.test(lane)
}

/** False for a lane that the log names and the table has neither on the board nor off it. */
export function isInTable(table: WorkflowTable, lane: string): boolean {
  return table.lanes.includes(lane) || table.offBoard?.includes(lane) === true
}

/**
 * The moves out of a lane, in the table's order. A lane that the table lacks leads back to the first lane and to
 * each working lane; the validators on the table's own moves into those lanes apply.
 */
export function movesFrom(table: WorkflowTable, lane: string): readonly Move[] {
  const own = Object.hasOwn(table.moves, lane) ? table.moves[lane] : undefined
  if (own !== undefined) return own
  if (isInTable(table, lane)) return []
  return [...new Set([table.initial, ...table.working])].map((to) => ({
    to,
    requires: validatorsInto(table, to),
  }))
}

function validatorsInto(table: WorkflowTable, lane: string): string[] {
  if (lane === table.initial) return []
  const into = Object.values(table.moves)
    .flat()
    .filter((move) => move.to === lane && move.forcedOnly !== true)
  return [...new Set(into.flatMap((move) => move.requires ?? []))]
}

/** The lanes that a package may move to without force. */
export function validTransitions(table: WorkflowTable, lane: string): string[] {
  return movesFrom(table, lane)
    .filter((move) => move.forcedOnly !== true)
    .map((move) => move.to)
}
