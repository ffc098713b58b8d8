import type { ErrorRecord, ErrorRecordDraft } from './error-record.js'
import { token } from '../token.js'

export interface ErrorFilter {
  readonly entity?: string | undefined
  /** Slug of the feature the record's context names. */
  readonly feature?: string | undefined
  readonly type?: string | undefined
  /** Inclusive lower bound, `YYYY-MM-DD` or an RFC 3339 UTC time. */
  readonly since?: string | undefined
  readonly limit?: number | undefined
}

/** Keeps error records. Best effort: no method throws, and all that goes wrong is one notice. */
export interface ErrorStorage {
  record(draft: ErrorRecordDraft): void
  /** Newest first. Lines that are no records are passed over. */
  list(filter?: ErrorFilter): ErrorRecord[]
}

export const ErrorStorage = token<ErrorStorage>('ErrorStorage')
