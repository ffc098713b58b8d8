import type { Committed } from './committed-lines.js'
import type { RawLine } from '../event-log.js'

/** What is to happen to the journal's lines. */
export interface Reconciliation {
  /** Neither in the log nor committed: git took them. They go back into the log and stay in the journal. */
  readonly putBack: RawLine[]
  /** Only of a journal that is to be pruned: in the log and in HEAD, so that git keeps them from now on. */
  readonly drop: RawLine[]
  readonly keep: RawLine[]
  /** Those that are in the log, or will be once `putBack` has been written. */
  readonly expected: RawLine[]
  /**
   * A line is missing that HEAD has: somebody has staged its removal and not yet committed that, or is just changing
   * branches. To be asked again, since only what HEAD says then tells what is to become of it.
   */
  readonly isPending: boolean
  /** A line is missing that another branch alone has: when the branches change, it may lie nowhere. */
  readonly isElsewhere: boolean
}

export interface ReconcileQuestions {
  /** Those of the lines that the log's files do not hold now. */
  readonly missing: readonly RawLine[]
  /** Where git has these lines. Costs processes. */
  readonly committed: (lines: readonly RawLine[]) => Committed
  /** How many of the oldest lines are to go once HEAD has them, since the journal has grown. */
  readonly prunable: number
}

/**
 * Compares the journal with the log and, only where a line is missing or the journal is to be pruned, with what
 * is committed. A line that is missing and committed lies on another branch: it comes back with that branch, and
 * stays in the journal for the case that the branch does not.
 */
export function reconcile(
  lines: readonly RawLine[],
  { missing, committed, prunable }: ReconcileQuestions,
): Reconciliation {
  const gone = new Set(missing)
  const old = lines.slice(0, prunable)
  const asked = [...new Set([...old, ...missing])]
  if (asked.length === 0)
    return {
      putBack: [],
      drop: [],
      keep: [...lines],
      expected: [...lines],
      isPending: false,
      isElsewhere: false,
    }
  const { inHead, elsewhere } = committed(asked)
  const isPending = ({ event_id }: RawLine): boolean => inHead.has(event_id) && !elsewhere.has(event_id)
  const drop = new Set(old.filter((line) => inHead.has(line.event_id) && !gone.has(line)))
  const putBack = missing.filter(({ event_id }) => !inHead.has(event_id) && !elsewhere.has(event_id))
  return {
    putBack,
    drop: [...drop],
    keep: lines.filter((line) => !drop.has(line)),
    expected: [...lines.filter((line) => !gone.has(line)), ...putBack],
    isPending: missing.some(isPending),
    isElsewhere: missing.some(({ event_id }) => elsewhere.has(event_id)),
  }
}
