import type { ErrorRecord, ErrorRecordDraft } from './error-record.js'
import { token } from '../token.js'

export interface ErrorFilter {
  readonly entity?: string | undefined
  /** Slug of the feature in the record's context. */
  readonly feature?: string | undefined
  readonly type?: string | undefined
  /** Inclusive lower bound, `YYYY-MM-DD` or an RFC 3339 UTC time. */
  readonly since?: string | undefined
  readonly limit?: number | undefined
}

/** Stores error records. Best effort: no method throws, and all failures together cause a single notice. */
export interface ErrorStorage {
  record(draft: ErrorRecordDraft): void
  /** Newest first. Skips lines that are not records. */
  list(filter?: ErrorFilter): ErrorRecord[]
}

export const ErrorStorage = token<ErrorStorage>('ErrorStorage')
