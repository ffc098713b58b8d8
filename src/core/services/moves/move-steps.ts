import { movesFrom, type WorkflowTable } from '../../events-lib.js'
import { type NextStep, shownCommand, shownWords } from '../../errors/next-step.js'

/** The options that a guard asks for, with what to put in their place. */
const OPTIONS: Readonly<Record<string, readonly [option: string, blank: string]>> = {
  reason_given: ['--reason', 'TEXT'],
  review_reference_given: ['--review-ref', 'REVIEW'],
  evidence_given: ['--evidence', 'TEXT'],
}

/**
 * The commands that move a package out of a lane, each with what its move asks for.
 * @param name how to name the package in a command
 */
export function moveSteps(
  table: WorkflowTable,
  from: string,
  lanes: readonly string[],
  name: string,
): NextStep[] {
  return lanes.flatMap((to) => stepWith(['kitty', 'move', name, to], optionsOf(table, from, to) ?? []))
}

/** A command with blanks in it is words, not a command. */
export function stepWith(words: readonly string[], options: readonly string[]): NextStep[] {
  return options.length === 0 ? shownCommand(words) : shownWords([...words, ...options])
}

/** What a move asks for. Undefined if no move without force leads there. */
export function optionsOf(table: WorkflowTable, from: string, to: string | undefined): string[] | undefined {
  const move = movesFrom(table, from).find((one) => one.to === to && one.forcedOnly !== true)
  if (move === undefined) return undefined
  const guards = [...(move.requires ?? []), ...(move.always ?? []), ...(table.enters?.[move.to] ?? [])]
  return guards.flatMap((guard) => OPTIONS[guard] ?? [])
}
