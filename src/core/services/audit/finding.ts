/** What an audit looks for. Each is a fact of git's history, never proof of bad intent. */
export type FindingKind =
  | 'foreign_author'
  | 'after_commit'
  | 'before_parent'
  | 'settles_others'
  | 'clock_leap'
  | 'changed_line'
  | 'removed_line'
  | 'stub'
  | 'no_commit'

/** One event that does not fit the commit that brought it. */
export interface Finding {
  readonly kind: FindingKind
  readonly event_id: string
  /** Null for an event whose line is not in the log that was audited. */
  readonly event_type: string | null
  readonly feature: string | null
  readonly entity_id: string | null
  readonly actor: string | null
  /** Who made the commit, spelled as in `.mailmap`. */
  readonly author: string
  readonly commit: string
  readonly message: string
}

/**
 * Kinds that have an ordinary reason: a redaction, a decision by a third person, a squash that came after what follows it.
 */
const TO_LOOK_AT: ReadonlySet<FindingKind> = new Set(['stub', 'settles_others', 'before_parent'])

/** Whether a check should fail on it. docs/ci.md says why for each kind. */
export function isWrong({ kind }: Finding): boolean {
  return !TO_LOOK_AT.has(kind)
}
