import { token } from '../../token.js'

/** Tells plugins of events that were written. */
export interface AfterEvents {
  /** Outside the lock. Never throws: what a hook does changes no command's outcome. */
  run(): Promise<void>
}

export const AfterEvents = token<AfterEvents>('AfterEvents')
