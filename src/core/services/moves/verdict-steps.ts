import { movesFrom, type WorkflowTable } from '../../events-lib.js'
import { type NextStep, shownCommand, shownWords } from '../../errors/next-step.js'
import { laneOfWord } from '../../rules/lane-words.js'

/** The options that a guard asks for, with what to put in their place. */
const OPTIONS: Readonly<Record<string, readonly [option: string, blank: string]>> = {
  review_reference_given: ['--review-ref', 'REVIEW'],
  evidence_given: ['--evidence', 'TEXT'],
}

/**
 * The commands with which a reviewer accepts a package, or sends it back. Empty in a lane that leads to neither.
 * @param name how to name the package in a command
 */
export function verdictSteps(table: WorkflowTable, lane: string, name: string): NextStep[] {
  const accept = optionsOf(table, lane, laneOfWord('done', table))
  const reject = optionsOf(table, lane, laneOfWord('reject', table))
  return [
    ...(accept === undefined ? [] : command(['kitty', 'done', name], accept)),
    ...(reject === undefined ? [] : command(['kitty', 'reject', name], ['--reason', 'TEXT', ...reject])),
  ]
}

/** The verdict in one sentence. */
export function verdictText(table: WorkflowTable, lane: string, name: string): string {
  const [show] = shownCommand(['kitty', 'show', name])
  const steps = verdictSteps(table, lane, name).map(({ text }) => text)
  if (show === undefined || steps.length === 0) return ''
  return `: ${show.text}, then ${steps.join(' or ')}`
}

/** A command with blanks in it is words, not a command. */
function command(words: readonly string[], options: readonly string[]): NextStep[] {
  return options.length === 0 ? shownCommand(words) : shownWords([...words, ...options])
}

/** Undefined if no move without force leads there. */
function optionsOf(table: WorkflowTable, from: string, to: string | undefined): string[] | undefined {
  const move = movesFrom(table, from).find((one) => one.to === to && one.forcedOnly !== true)
  if (move === undefined) return undefined
  const guards = [...(move.requires ?? []), ...(move.always ?? []), ...(table.enters?.[move.to] ?? [])]
  return guards.flatMap((guard) => OPTIONS[guard] ?? [])
}
