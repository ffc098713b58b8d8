import { token } from '../token.js'

export interface ClockReading {
  /** The next value to issue by what this clone remembers; 0 where it has issued none. Git cannot change it. */
  readonly own: number
  /** The value in clock.json; undefined if it is missing or not usable. */
  readonly file?: number
  /** What is wrong with what was read. */
  readonly problem?: string
}

/** Keeps the next Lamport value between commands. */
export interface ClockStorage {
  /** @throws KittyError if what this clone remembers cannot be read */
  read(): ClockReading
  /**
   * Remembers that this clone issues every value below `next`. Call it before the events are appended. Returns a warning
   * if it could not.
   */
  remember(next: number): string | undefined
  /** Saves the next value to issue in clock.json. Returns a warning if it could not. @param now For human readers of the file. */
  write(next: number, now: Date): string | undefined
}

export const ClockStorage = token<ClockStorage>('ClockStorage')
