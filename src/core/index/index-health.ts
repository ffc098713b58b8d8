import type { MergeOptions } from '../events-lib.js'
import type { CatchUpOptions } from './ingest/catch-up.js'
import type { EventIndex } from './event-index.js'
import { token } from '../token.js'

export interface RebuildReport {
  readonly events: number
  readonly files: number
  readonly seconds: number
}

/**
 * Provides an index whatever happens to its file: the one on disk while it is sound, a rebuilt one when it is not,
 * direct reading of the log when neither is possible.
 */
export interface IndexHealth {
  /** The index to use now. */
  current(): Promise<EventIndex>
  /**
   * An index of the whole log, built for this process alone, for comparison. The caller closes it.
   * @param seen gets every line as it is read; some lines twice
   */
  replay(seen?: CatchUpOptions['seen']): Promise<EventIndex>
  canRecoverFrom(error: unknown): boolean
  /** True for what asking again may settle: another process has replaced a file since the index answered. */
  mayPass(error: unknown): boolean
  /** Replaces an index that failed: first with a rebuilt one, then with direct reading. Warns once. */
  recover(error: unknown): Promise<void>
  /** @throws IndexUnusable when no new file can be written */
  rebuild(): Promise<RebuildReport>
  close(): Promise<void>
}

export const IndexHealth = token<IndexHealth>('IndexHealth')

/** Connections to the index that outlive a request, in a process that answers many. */
export interface IndexKeep {
  /** The connection that an earlier request has left, if it is to the file that is there now and follows these rules. */
  take(path: string, rules: MergeOptions): EventIndex | undefined
  /** Notes a connection that this process has opened to the file. */
  opened(index: EventIndex, path: string): void
  /** Takes a connection back at the end of a request. */
  give(index: EventIndex): Promise<void>
  /** Closes what is kept. The file can then be replaced. */
  drop(): Promise<void>
}

/** A command has no `keep`: its connection ends with it. */
export const IndexKeep = token<{ readonly keep: IndexKeep | undefined }>('IndexKeep')
