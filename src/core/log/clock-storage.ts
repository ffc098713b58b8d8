import { token } from '../token.js'

/** The next Lamport value, kept between commands. Derived: the log can always tell it again. */
export interface ClockStorage {
  /** The next value to issue, or why the log has to be asked. */
  read(): { value: number } | { problem: string; missing?: boolean }
  /** Saves the next value to issue; returns a warning when it could not. @param now For people. */
  write(next: number, now: Date): string | undefined
}

export const ClockStorage = token<ClockStorage>('ClockStorage')
