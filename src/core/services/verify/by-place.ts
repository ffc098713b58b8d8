import type { LogProblem } from '../../log/event-log.js'

export function byPlace(a: LogProblem, b: LogProblem): number {
  return a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1
}

/** Sorts by place and kind, since two indexes may have found the problems of one line in different orders. */
export function byPlaceAndKind(a: LogProblem, b: LogProblem): number {
  return byPlace(a, b) || (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.message < b.message ? -1 : 1)
}
