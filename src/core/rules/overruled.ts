import {
  type Guards,
  type MoveFacts,
  movesFrom,
  moveViolations,
  type Violation,
  type WorkflowTable,
} from '../events-lib.js'

/**
 * Returns what force skips in a move: conditions, table, validators. If the table has no such move, the validators of
 * its moves into that lane count, because the package arrives there without having passed them.
 */
export function overruled(table: WorkflowTable, facts: MoveFacts, guards: Guards): Violation[] {
  const unforced = { ...facts, force: false }
  const { lane } = facts.state
  const own = moveViolations(table, lane, unforced, guards).filter(({ phase }) => phase !== 'request')
  if (!own.some(({ phase }) => phase === 'table' || phase === 'terminal')) return own
  const into = table.lanes
    .flatMap((from) => movesFrom(table, from))
    .filter((move) => move.to === facts.to && move.forcedOnly !== true)
  const requires = [...new Set(into.flatMap((move) => move.requires ?? []))]
  const asIfOpen = { ...table, moves: { [lane]: [{ to: facts.to, requires }] } }
  const entering = moveViolations(asIfOpen, lane, unforced, guards).filter(
    ({ phase }) => phase === 'validator',
  )
  return [...own, ...entering]
}

/** Returns the guard's name, or the table's if the table itself refuses. */
export function ruleName({ guard, phase }: Violation): string {
  return guard ?? (phase === 'terminal' ? 'terminal_lane' : 'workflow_table')
}
