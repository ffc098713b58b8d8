import type { MoveGuard } from '../../rules/move-rule.js'
import type { MoveCheck, MoveObjection } from '../move-check.js'

/**
 * Wraps a plugin's rule as a guard that the program runs for every move, whether or not the workflow's table names it.
 * A rule that throws refuses the move. Force overrules it, as it does any plugin's rule.
 */
export function moveGuard(check: MoveCheck): MoveGuard {
  const objection = (facts: Parameters<MoveCheck['check']>[0]): MoveObjection | undefined => {
    try {
      return check.check(facts)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return {
        message: `The rule ${check.name} of a plugin failed: ${reason}; repair the plugin, uninstall it, or use force with a reason.`,
      }
    }
  }
  return {
    name: `x.${check.name}`,
    phase: check.phase,
    kind: 'StateTransitionError',
    everyMove: true,
    blockers: (facts) => {
      const found = objection(facts)
      if (found === undefined) return []
      return found.blockers === undefined || found.blockers.length === 0 ? [check.name] : [...found.blockers]
    },
    message: (facts) => objection(facts)?.message ?? `${check.name} objects.`,
  }
}
