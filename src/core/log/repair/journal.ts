import type { Undo } from '../../files/append-file.js'
import { token } from '../../token.js'
import type { RawLine } from '../event-log.js'

/** How far the journal has been read. Keep it between commands only if it was read under the lock. */
export interface JournalPosition {
  readonly offset: number
  /** Changes when the journal is rewritten, not when it grows. Empty if there is no journal. */
  readonly identity: string
}

/** What one append stores, all or nothing. */
export interface JournalCommand {
  /** The operation's ID if it has one, otherwise its first event's. */
  readonly id: string
  /** Newline included. */
  readonly lines: readonly Buffer[]
}

export interface JournalReading {
  readonly lines: RawLine[]
  /** Where the last whole line ended. */
  readonly end: JournalPosition
  /** Size of the whole journal, in bytes. */
  readonly size: number
}

/**
 * Lines that are being written. The caller undoes them if the log refuses them; otherwise they stay for the next
 * reconciliation.
 */
export interface JournalEntry {
  /** Removes the lines again. Valid only under the same lock that was held at `append`. */
  undo(): Undo
  /** Makes the lines durable, in case the journal is the only one that has them. */
  sync(): void
  close(): void
}

/**
 * Every appended line not yet seen in a commit, out of git's reach. The journal guards against git, which removes the
 * file from the work tree; the log's own fsync guards against a power failure. So an append need not sync the journal.
 */
export interface Journal {
  append(command: JournalCommand): JournalEntry
  /**
   * Returns the lines after `since`, or all of them if the journal was rewritten in between. Skips what is not an event
   * and any incomplete command.
   */
  read(since?: JournalPosition): JournalReading
  /**
   * Moves what a crash left after the last complete command to the errors folder: none of it was acknowledged.
   * @returns what was done, for people; undefined if there was nothing to do.
   */
  repair(errorsDir: string): string | undefined
  /** Replaces the journal with these lines. */
  rewrite(keep: readonly RawLine[]): void
  /** In bytes. */
  size(): number
  /** Closes what an append left open for the next one. */
  close(): void
}

export const Journal = token<Journal>('Journal')
