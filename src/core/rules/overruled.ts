import {
  type Guards,
  type MoveFacts,
  movesFrom,
  moveViolations,
  type Violation,
  type WorkflowTable,
} from '../events-lib.js'

/**
 * What force skips in a move: conditions, table, validators. Where the table has no such move, the validators on
 * the moves it does have into that lane count, since the package arrives there without having passed them.
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

/** A guard by its name; the table itself where it is the table that refuses. */
export function ruleName({ guard, phase }: Violation): string {
  return guard ?? (phase === 'terminal' ? 'terminal_lane' : 'workflow_table')
}
