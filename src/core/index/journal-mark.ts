/** How far the journal has been checked: the lines of this file before `offset` are known to be in the log. */
export interface JournalMark {
  readonly identity: string
  readonly offset: number
  /**
   * Set when some lines are only in the tip of another branch: the state of git's branches then (`branchesState`). Once
   * the branches change, those lines may be gone.
   */
  readonly branches?: string | undefined
  /** Tells one revocation from another. */
  readonly turn?: string | undefined
}

/** Lines are or may be missing from the log: check the journal from its beginning, and git's index with it. */
export const UNCHECKED: JournalMark = { identity: 'unchecked', offset: 0 }

/** An UNCHECKED like no other: who looked before it was stored must not take what it doubts for checked. */
export function revoked(): JournalMark {
  return { ...UNCHECKED, turn: `${process.pid}-${process.hrtime.bigint()}` }
}

/** Where the mark is: the index, within a transaction. */
export interface MarkStorage {
  journalMark(): Promise<JournalMark | undefined>
  putJournalMark(mark: JournalMark): Promise<void>
}

/** A mark to store in place of the one that was looked at before. */
export interface MarkMove {
  readonly from: JournalMark | undefined
  readonly to: JournalMark
}

/** Moves the mark, unless another process has moved or revoked it since. @returns whether it did */
export async function moveMark(index: MarkStorage, { from, to }: MarkMove): Promise<boolean> {
  const now = await index.journalMark()
  const isSame =
    now?.identity === from?.identity &&
    now?.offset === from?.offset &&
    now?.branches === from?.branches &&
    now?.turn === from?.turn
  if (isSame) await index.putJournalMark(to)
  return isSame
}

/**
 * Revokes the mark after a disturbance: lines that the mark vouches for may be lost in a rewritten file, or in one that
 * git put in place of the append.
 */
export async function moveOrRevoke(
  index: MarkStorage,
  move: MarkMove | undefined,
  isUndisturbed: boolean,
): Promise<void> {
  if (!isUndisturbed) await index.putJournalMark(revoked())
  else if (move) await moveMark(index, move)
}

/** False for an index that has just been built: it does not know what the log held before. */
export function isChecked(mark: JournalMark | undefined): mark is JournalMark {
  return mark !== undefined && mark.identity !== UNCHECKED.identity
}
