import { counted } from '../errors/counted.js'
import type { LogProblem } from '../log/event-log.js'

/** Leftovers of git, editors and merges that every reader understands. verify lists them; daily commands don't. */
const HARMLESS: ReadonlySet<string> = new Set([
  'duplicate',
  'duplicate_elsewhere',
  'on_hub',
  'out_of_order',
  'crlf',
  'bom',
])
const MOST = 20

/** One sentence per problem, starting with `file:line`; sums up the rest after the first twenty. */
export function problemWarnings(problems: readonly LogProblem[]): string[] {
  const serious = problems.filter((problem) => !HARMLESS.has(problem.kind))
  const named = serious.slice(0, MOST).map(({ file, line, message }) => `${file}:${line}: ${message}`)
  if (serious.length <= MOST) return named
  return [
    ...named,
    `And ${counted(serious.length - MOST, 'more line')} with problems: kitty agent events verify`,
  ]
}
