import type { Undo } from '../../files/append-file.js'
import { token } from '../../token.js'
import type { RawLine } from '../event-log.js'

/** How far the journal has been read. Kept from one command to the next only when it was read under the lock. */
export interface JournalPosition {
  readonly offset: number
  /** Changes when the journal is rewritten, not when it grows. Empty: no journal. */
  readonly identity: string
}

/** What one append is to store, all of it or nothing. */
export interface JournalCommand {
  /** Its operation's id where it has one, else its first event's. */
  readonly id: string
  /** Newline included. */
  readonly lines: readonly Buffer[]
}

export interface JournalReading {
  readonly lines: RawLine[]
  /** Where the last whole line ended. */
  readonly end: JournalPosition
  /** Of the whole journal, in bytes. */
  readonly size: number
}

/** Lines on their way: taken back when the log refuses them, else left for whoever reconciles. */
export interface JournalEntry {
  /** Takes the lines out again. Only while the lock that was held at `append` still is. */
  undo(): Undo
  /** On disk, for the case that the journal is the only one who has them. */
  sync(): void
  close(): void
}

/**
 * Every line appended and not yet seen in a commit, out of git's reach. It guards against git, which takes the
 * work tree's file away; the log's own fsync guards against a power cut. So it is not synced on every append.
 */
export interface Journal {
  append(command: JournalCommand): JournalEntry
  /**
   * Lines after `since`, or all of them when the journal has been rewritten since. What is no event is passed over, and
   * so is a command that is not there whole.
   */
  read(since?: JournalPosition): JournalReading
  /**
   * Moves what a crash has left behind the last whole command to the errors folder: none of it was acknowledged.
   * @returns what was done, for people; undefined when there was nothing.
   */
  repair(errorsDir: string): string | undefined
  /** Replaces the journal by these lines. */
  rewrite(keep: readonly RawLine[]): void
  /** In bytes. */
  size(): number
  /** Closes what an append has left open for the next one. */
  close(): void
}

export const Journal = token<Journal>('Journal')
