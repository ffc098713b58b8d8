import type { Committed } from './committed-lines.js'
import type { RawLine } from '../event-log.js'

/** What is to happen to the lines this clone has acknowledged. */
export interface Reconciliation {
  /** Neither in the log nor committed: git took them. They go back into the log, and stay where they are. */
  readonly putBack: RawLine[]
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
}

/**
 * Compares what this clone has acknowledged with the log and, only where a line is missing, with what is committed. A
 * line that is missing and committed lies on another branch: it comes back with that branch, and stays in journal and
 * archive for the case that the branch does not.
 */
export function reconcile(
  lines: readonly RawLine[],
  { missing, committed }: ReconcileQuestions,
): Reconciliation {
  if (missing.length === 0) return { putBack: [], expected: [...lines], isPending: false, isElsewhere: false }
  const gone = new Set(missing)
  const { inHead, elsewhere } = committed(missing)
  const putBack = missing.filter(({ event_id }) => !inHead.has(event_id) && !elsewhere.has(event_id))
  return {
    putBack,
    expected: [...lines.filter((line) => !gone.has(line)), ...putBack],
    isPending: missing.some(({ event_id }) => inHead.has(event_id) && !elsewhere.has(event_id)),
    isElsewhere: missing.some(({ event_id }) => elsewhere.has(event_id)),
  }
}
