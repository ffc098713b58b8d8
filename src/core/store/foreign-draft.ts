/** An imported or renumbered event before the store gives it a clock and an ID: it brings its own time, key and parents. */
export interface ForeignDraft {
  readonly event_type: string
  readonly event_version: number
  readonly entity_id: string
  readonly entity_type: string
  /** RFC 3339 UTC with milliseconds: the source's time, or the time of the import when the source has none. */
  readonly timestamp: string
  readonly actor: string
  /** The import key, unique among the drafts of one import. */
  readonly causation_id: string
  /** The session or run that the event belongs to; none if left out. */
  readonly correlation_id?: string | null
  readonly payload: Readonly<Record<string, unknown>> & { readonly feature_slug: string }
  /** IDs of events in the log, and keys of earlier drafts. */
  readonly parents: readonly string[]
  /** True if the payload names earlier drafts by their keys. */
  readonly refers?: boolean
}
