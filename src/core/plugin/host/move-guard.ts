import type { MoveGuard } from '../../rules/move-rule.js'
import type { MoveCheck, MoveObjection } from '../move-check.js'
import { withoutExit } from './no-exit.js'

/**
 * Wraps a plugin's rule as a guard that the program runs for every move, whether or not the workflow's table names it.
 * A rule that throws refuses the move. Force overrules it, as it does any plugin's rule.
 */
export function moveGuard(check: MoveCheck): MoveGuard {
  const objection = (facts: Parameters<MoveCheck['check']>[0]): MoveObjection | undefined => {
    try {
      // A copy: kitty writes the event from the facts, and a rule that changes them would change what the event says.
      return answered(withoutExit(() => check.check(structuredClone(facts))))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return {
        message: `The rule ${check.name} of a plugin failed: ${reason}; repair the plugin, or uninstall it.`,
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

/**
 * What a rule of plain JavaScript answered, which may be anything.
 * @throws Error for what is neither an objection nor undefined
 */
function answered(answer: unknown): MoveObjection | undefined {
  if (answer === undefined) return undefined
  if (answer instanceof Promise) {
    // Its failure would end the program.
    answer.catch(() => undefined)
    throw new Error('it answers later, and a rule has to decide at the time of the move')
  }
  if (isObjection(answer)) return answer
  throw new Error('it answers neither undefined nor an objection with a message')
}

function isObjection(answer: unknown): answer is MoveObjection {
  if (typeof answer !== 'object' || answer === null || !('message' in answer)) return false
  const { message } = answer
  const blockers: unknown = 'blockers' in answer ? answer.blockers : []
  if (typeof message !== 'string' || message.trim() === '') return false
  return (
    blockers === undefined || (Array.isArray(blockers) && blockers.every((one) => typeof one === 'string'))
  )
}

/**
 * Stands in for the rules of a plugin that could not be loaded. Which rules it has is then unknown, and a rule that was
 * not asked must not let a move through. docs/decisions/0007 says why this refuses rather than warns.
 */
export function unloadedRules(plugin: string): MoveGuard {
  return moveGuard({
    name: `unloaded.${plugin}`,
    phase: 'validator',
    check: () => ({
      message: `The plugin ${plugin} could not be loaded, so its rules for moves are unknown; repair or uninstall the plugin.`,
      blockers: [plugin],
    }),
  })
}

/** Stands in for all plugins' rules where it cannot be found out which plugins there are. @param why a sentence */
export function unknownRules(why: string): MoveGuard {
  return moveGuard({
    name: 'unloaded.plugins',
    phase: 'validator',
    check: () => ({ message: `${why} Which rules plugins have for moves is unknown; repair the list.` }),
  })
}
