import { token } from '../token.js'

/** Keeps the next Lamport value between commands. The value is derived: the log can always supply it. */
export interface ClockStorage {
  /**
   * Returns the next value to issue, or why the caller has to read the log instead.
   * `seen` is the greatest value that this clone has issued: a greater one came with git.
   */
  read(): { value: number; seen?: number } | { problem: string; missing?: boolean }
  /** Saves the next value to issue. Returns a warning if it could not. @param now For human readers of the file. */
  write(next: number, now: Date): string | undefined
}

export const ClockStorage = token<ClockStorage>('ClockStorage')
