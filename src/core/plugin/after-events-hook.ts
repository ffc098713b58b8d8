import type { LogEvent } from '../events-lib.js'
import type { ServiceId } from '../token.js'

/** What a hook receives besides events. */
export interface HookContext {
  /** Top folder of the repository. */
  readonly root: string
  /** Resolves one of the program's own services. @throws Error if no service is bound to the token */
  resolve<T>(token: ServiceId<T>): Promise<T>
}

/**
 * Receives events after they are written: in its own thread, outside the lock, at least once and in order. See
 * docs/plugins.md, "Hooks".
 */
export interface AfterEventsHook {
  /** Lowercase letters, digits and dashes. Names the hook's cursor, so a renamed hook starts over. */
  readonly name: string
  /**
   * Where it starts: `now` (default) at the events written from the first command on that runs with it, `start` at the
   * first event of the log.
   */
  readonly from?: 'now' | 'start'
  /**
   * Time limit for one batch in milliseconds, 10,000 by default. After that the thread is terminated and the batch is
   * delivered again later.
   */
  readonly timeout?: number
  /**
   * Receives up to 100 events, sorted by `(lamport_clock, event_id)`. If it throws, they are delivered again after the
   * next write.
   */
  handle(events: readonly LogEvent[], context: HookContext): Promise<void> | void
}
