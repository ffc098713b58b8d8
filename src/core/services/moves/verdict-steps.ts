import type { WorkflowTable } from '../../events-lib.js'
import { type NextStep, shownCommand } from '../../errors/next-step.js'
import { laneOfWord } from '../../rules/lane-words.js'
import { optionsOf, stepWith } from './move-steps.js'

/** `kitty reject` always takes one. */
const REASON = ['--reason', 'TEXT']

/**
 * The commands with which a reviewer accepts a package, or sends it back. Empty in a lane that leads to neither.
 * @param name how to name the package in a command
 */
export function verdictSteps(table: WorkflowTable, lane: string, name: string): NextStep[] {
  const accept = optionsOf(table, lane, laneOfWord('done', table))
  const reject = optionsOf(table, lane, laneOfWord('reject', table))
  return [
    ...(accept === undefined ? [] : stepWith(['kitty', 'done', name], accept)),
    ...(reject === undefined
      ? []
      : stepWith(['kitty', 'reject', name], reject.includes('--reason') ? reject : [...REASON, ...reject])),
  ]
}

/** The verdict in one sentence. */
export function verdictText(table: WorkflowTable, lane: string, name: string): string {
  const [show] = shownCommand(['kitty', 'show', name])
  const steps = verdictSteps(table, lane, name).map(({ text }) => text)
  if (show === undefined || steps.length === 0) return ''
  return `: ${show.text}, then ${steps.join(' or ')}`
}
