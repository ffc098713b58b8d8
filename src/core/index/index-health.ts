import type { EventIndex } from './event-index.js'
import { token } from '../token.js'

export interface RebuildReport {
  readonly events: number
  readonly files: number
  readonly seconds: number
}

/**
 * Keeps an index at hand whatever happens to its file: the one on disk while it is sound, a new one when it is
 * not, the log read directly when none can be had.
 */
export interface IndexHealth {
  /** The index to use now. */
  current(): Promise<EventIndex>
  /** An empty one of this process's own, to compare with. */
  inMemory(): EventIndex
  canRecoverFrom(error: unknown): boolean
  /** Replaces the index that failed: first by a rebuilt one, then by direct reading. Says so once. */
  recover(error: unknown): Promise<void>
  /** @throws IndexUnusable when no new file can be written. */
  rebuild(): Promise<RebuildReport>
  close(): Promise<void>
}

export const IndexHealth = token<IndexHealth>('IndexHealth')
