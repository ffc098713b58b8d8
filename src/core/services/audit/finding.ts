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
