import type { Committed } from './committed-lines.js'
import type { RawLine } from '../event-log.js'

/** What to do with the lines that this clone has acknowledged. */
export interface Reconciliation {
  /**
   * Neither in the log nor committed: git removed them. They go back into the log, and also stay in journal and
   * archive.
   */
  readonly putBack: RawLine[]
  /** The lines that are in the log, or will be once `putBack` is written. */
  readonly expected: RawLine[]
  /**
   * HEAD has a line that the log lacks: someone has staged its removal and not yet committed it, or is switching
   * branches. Reconcile again later: only what HEAD says then decides what to do with it.
   */
  readonly isPending: boolean
  /** Only another branch has a missing line: after a branch switch, it may be nowhere. */
  readonly isElsewhere: boolean
}

export interface ReconcileQuestions {
  /** The lines that the log's files do not hold now. */
  readonly missing: readonly RawLine[]
  /** Finds where git has these lines. Starts git processes. */
  readonly committed: (lines: readonly RawLine[]) => Committed
}

/**
 * Compares what this clone has acknowledged with the log and, only if a line is missing, with what is committed. A line
 * that is missing but committed is on another branch: it comes back with that branch, and stays in journal and archive
 * in case the branch does not.
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
