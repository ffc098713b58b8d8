import { type AgentFileChange, isWritten } from '../../services/setup-agents.js'
import { stripControl } from './strip-control.js'
import { plainLines } from './plain-lines.js'

const SAYS = {
  create: 'create',
  update: 'change',
  delete: 'remove',
  kept: 'has something else in this place, and stays as it is',
  needed: 'stays: another agent that is set up reads it',
} as const

/** Each file with the lines that come and go. Text without a final newline. */
export function renderAgentChanges(files: readonly AgentFileChange[]): string {
  const lines = files.flatMap((one) => {
    const { file, change } = one
    return change === 'none' ? [] : [`${file}: ${SAYS[change]}`, ...changedLines(one)]
  })
  return lines.length === 0 ? 'Everything is as it should be.' : plainLines(lines)
}

/** Our changes add or remove one piece, so the lines between the common beginning and end are the whole change. */
function changedLines(one: AgentFileChange): string[] {
  if (!isWritten(one)) return []
  const { before, after } = one
  const [old, fresh] = [linesOf(before), linesOf(after)]
  let head = 0
  while (head < Math.min(old.length, fresh.length) && old[head] === fresh[head]) head++
  let tail = 0
  while (tail < Math.min(old.length, fresh.length) - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail++
  const between = (lines: readonly string[]): readonly string[] => lines.slice(head, lines.length - tail)
  return [
    ...between(old).map((line) => `  - ${stripControl(line)}`),
    ...between(fresh).map((line) => `  + ${stripControl(line)}`),
  ]
}

function linesOf(text: string | null): string[] {
  return text === null ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/)
}
