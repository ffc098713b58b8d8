/** Turns the bound rules into what the events library expects: guards by name, and the table that names them. */
import { isKittyError, KittyError } from '../errors/kitty-error.js'
import type { Guard, Guards, Move, MoveFacts, WorkflowTable } from '../events-lib.js'
import type { MoveGuard } from './move-rule.js'
import { shownCommand } from '../errors/next-step.js'

/** @throws Error if two rules share a name: neither may replace the other. */
export function guardsByName(guards: readonly MoveGuard[]): Guards {
  const byName = new Map<string, Guard>()
  for (const guard of guards) {
    if (byName.has(guard.name))
      throw new Error(`Two rules are called ${guard.name}: a plugin's own is x.<plugin>.<name>.`)
    byName.set(guard.name, accountable(guard))
  }
  return Object.fromEntries(byName)
}

/**
 * Adds the guard's name to any error it throws: otherwise the table would be blamed for a refusal that no one can
 * trace.
 */
function accountable(guard: MoveGuard): Guard {
  const answer = <T>(facts: MoveFacts, ask: () => T): T => {
    try {
      return ask()
    } catch (error) {
      if (isKittyError(error)) throw error
      const reason = error instanceof Error ? error.message : String(error)
      throw new KittyError(
        'InternalError',
        `The rule ${guard.name} failed on ${facts.state.work_package_id}: ${reason}`,
        {
          nextSteps: [
            'Nothing was written. Correct or remove the plugin it comes from.',
            ...shownCommand(['kitty', 'plugins']),
          ],
          context: {
            rule: guard.name,
            feature_slug: facts.state.feature_slug,
            work_package: facts.state.work_package_id,
          },
          cause: error,
        },
      )
    }
  }
  return {
    kind: guard.kind,
    blockers: (facts, table) => answer(facts, () => guard.blockers(facts, table)),
    message: (facts, blockers) => answer(facts, () => guard.message(facts, blockers)),
  }
}

/** Returns the table with the guards that ask for it added to every move. */
export function withEveryMove(table: WorkflowTable, guards: readonly MoveGuard[]): WorkflowTable {
  const every = guards.filter((guard) => guard.everyMove === true)
  if (every.length === 0) return table
  const named = (phase: MoveGuard['phase']): string[] =>
    every.filter((guard) => guard.phase === phase).map(({ name }) => name)
  const guarded = (move: Move): Move => ({ ...move, requires: union(move.requires, named('validator')) })
  const moves = Object.entries(table.moves).map(([from, open]) => [from, open.map(guarded)] as const)
  return {
    ...table,
    conditions: union(table.conditions, named('condition')),
    moves: Object.fromEntries(moves),
  }
}

function union(names: readonly string[] = [], more: readonly string[]): string[] {
  return [...new Set([...names, ...more])]
}
