import { token } from '../../token.js'

/** Notifies plugins of the events that were written. */
export interface AfterEvents {
  /** Runs outside the lock. Never throws: a hook cannot change the outcome of a command. */
  run(): Promise<void>
}

export const AfterEvents = token<AfterEvents>('AfterEvents')
