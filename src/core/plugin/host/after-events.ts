import { token } from '../../token.js'

/** Notifies plugins of the events that were written. */
export interface AfterEvents {
  /**
   * Call before the first write: hooks that are new here begin now. With their first run, they would miss what other
   * processes have written and not told yet. Never throws.
   */
  begin(): Promise<void>
  /** Runs outside the lock. Never throws: a hook cannot change the outcome of a command. */
  run(): Promise<void>
}

/** Where no plugin has a hook. */
export const NO_HOOKS: AfterEvents = { begin: () => Promise.resolve(), run: () => Promise.resolve() }

export const AfterEvents = token<AfterEvents>('AfterEvents')
