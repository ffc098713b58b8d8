import type { LogEvent } from '../events-lib.js'
import type { EventDocument } from './board-document.js'

/** Returns the whole envelope. Logs from other writers may lack parents; a document never does. */
export function eventDocument(event: LogEvent): EventDocument {
  const { payload, parents, ...envelope } = event
  return { ...envelope, payload: { ...payload }, parents: parents ?? null }
}
