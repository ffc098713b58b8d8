import type { LogProblem } from '../log/event-log.js'

/** What git, an editor or a merge leaves behind and every reader understands: for verify to list, not to repeat daily. */
const HARMLESS: ReadonlySet<string> = new Set([
  'duplicate',
  'duplicate_elsewhere',
  'out_of_order',
  'crlf',
  'bom',
])
const MOST = 20

/** One sentence a problem, `file:line` first; a damaged log of thousands of lines is summed up after the first twenty. */
export function problemWarnings(problems: readonly LogProblem[]): string[] {
  const serious = problems.filter((problem) => !HARMLESS.has(problem.kind))
  const named = serious.slice(0, MOST).map(({ file, line, message }) => `${file}:${line}: ${message}`)
  if (serious.length <= MOST) return named
  return [...named, `and ${serious.length - MOST} more lines with problems: kitty agent events verify`]
}
