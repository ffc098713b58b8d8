import type { LogEvent } from '../events-lib.js'
import type { EventDocument } from './board-document.js'

/** Returns the whole envelope. Logs from other writers may lack parents; a document never does. */
export function eventDocument(event: LogEvent): EventDocument {
  const { payload, parents, ...envelope } = event
  return { ...envelope, payload: { ...payload }, parents: parents ?? null }
}

/** The document without the keys that hold nothing. Only `--brief` may leave them out. */
export function withoutEmpty(document: object): object {
  return cleaned(document) as object // an object stays one
}

function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, held]) => !holdsNothing(held))
      .map(([key, held]) => [key, cleaned(held)]),
  )
}

function holdsNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
