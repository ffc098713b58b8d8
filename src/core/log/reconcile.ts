import type { RawLine } from './event-log.js'

/** What is to happen to the journal's lines. */
export interface Reconciliation {
  /** Neither in the log nor committed: git took them. They go back into the log and stay in the journal. */
  readonly putBack: RawLine[]
  /** Committed: git keeps them from now on. */
  readonly drop: RawLine[]
  readonly keep: RawLine[]
}

export interface ReconcileQuestions {
  /** Which of these ids the log's files hold now. */
  readonly inLog: (ids: readonly string[]) => ReadonlySet<string> | Promise<ReadonlySet<string>>
  /** Which of these lines are in HEAD or in the tip of a local branch. Costs processes. */
  readonly committed: (lines: readonly RawLine[]) => ReadonlySet<string>
  /** Ask about lines that are in the log too, since the journal has grown. */
  readonly prune: boolean
}

/**
 * Compares the journal with the log and, only where a line is missing or the journal is to be pruned, with what
 * is committed. A line that is missing and committed lies on another branch: it comes back with that branch.
 */
export async function reconcile(
  lines: readonly RawLine[],
  { inLog, committed, prune }: ReconcileQuestions,
): Promise<Reconciliation> {
  const present = await inLog(lines.map((line) => line.event_id))
  const isMissing = lines.some((line) => !present.has(line.event_id))
  if (!isMissing && !prune) return { putBack: [], drop: [], keep: [...lines] }
  const safe = committed(lines)
  const uncommitted = lines.filter((line) => !safe.has(line.event_id))
  return {
    putBack: uncommitted.filter((line) => !present.has(line.event_id)),
    drop: lines.filter((line) => safe.has(line.event_id)),
    keep: uncommitted,
  }
}
