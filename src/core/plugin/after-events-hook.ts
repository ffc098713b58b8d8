import type { LogEvent } from '../events-lib.js'
import type { ServiceId } from '../token.js'

/** What a hook gets besides events. */
export interface HookContext {
  /** Top of the repository. */
  readonly root: string
  /** A service of the program's own. @throws Error when nothing serves the token. */
  resolve<T>(token: ServiceId<T>): Promise<T>
}

/**
 * Told of events after they were written: in a thread of its own, outside the lock, at least once and in order.
 * docs/plugins.md, "Hooks".
 */
export interface AfterEventsHook {
  /** Lower-case letters, digits and dashes. Names the hook's cursor: another name starts anew. */
  readonly name: string
  /** What it gets to know first: `now` (default) what is written from its first run on, `start` the whole history. */
  readonly from?: 'now' | 'start'
  /** Milliseconds for one batch; 10,000 unless told. Then the thread is ended and the batch comes again later. */
  readonly timeout?: number
  /** Up to 100 events, sorted by `(lamport_clock, event_id)`. When it throws they come again after the next write. */
  handle(events: readonly LogEvent[], context: HookContext): Promise<void> | void
}
