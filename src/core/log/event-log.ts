import type { LogEvent } from '../events-lib.js'
import { token } from '../token.js'

/** One file of the log, as the folder lists it. */
export interface LogFile {
  readonly name: string
  /** In bytes. */
  readonly size: number
  /** `${ino}.${birthtimeNs}:${mtimeNs}:${ctimeNs}:${size}`: if this is unchanged, so are the bytes. */
  readonly identity: string
}

/** What is wrong with a line. See docs/json.md. */
export interface LogProblem {
  readonly file: string
  /** 1-based. */
  readonly line: number
  readonly kind: string
  readonly message: string
}

/** A line of the log: an event, a problem, or both (an event in a line that git or an editor altered). */
export interface LogLine {
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** Byte at which the line starts. */
  readonly offset: number
  /** In bytes, newline included. */
  readonly length: number
  readonly event?: LogEvent
  /** False for an event type that this version of kitty does not know. */
  readonly known: boolean
  readonly problem?: LogProblem
}

/** How far a file has been read. */
export interface ScanPosition {
  /** Bytes read. The position is always just after a newline. */
  readonly offset: number
  /** Lines read. */
  readonly line: number
  /** zlib's crc32 of the bytes [0, offset). */
  readonly crc: number
}

export interface ScanEnd extends ScanPosition {
  /** Bytes after the last newline: either a writer is at work, or a crash left a torn tail. */
  readonly tornBytes: number
  /**
   * Taken before reading the first byte, so that a change during the read is detected. Empty if there is no such file.
   */
  readonly identity: string
}

export interface EventLocation {
  readonly file: string
  readonly offset: number
  readonly length: number
}

export interface AppendedLine extends EventLocation {
  readonly event: LogEvent
}

/** How a torn tail was repaired. */
export interface TailRepair {
  readonly file: string
  /** Byte at which the tail started. */
  readonly offset: number
  /** Length of the tail. */
  readonly bytes: number
  /**
   * completed: the tail was a whole event and got its newline. quarantined: it was copied to `quarantine` and cut off.
   * ended: it could not be copied, and stays in the file as a line of its own.
   */
  readonly action: 'completed' | 'quarantined' | 'ended'
  /** Path of the copy. */
  readonly quarantine?: string
  /** For people: names the file and says "repaired". */
  readonly message: string
}

/** A line to restore to the log, byte for byte as it was first written. */
export interface RawLine {
  readonly event_id: string
  /** Determines the day file. */
  readonly timestamp: string
  /** Newline included. */
  readonly bytes: Buffer
}

/**
 * The event log as bytes: files of lines, one event per line. It does not know what events mean. The caller of a
 * writing method must hold the write lock.
 */
export interface EventLog {
  /** Returns the day files sorted by name. Ignores anything else in the folder. */
  list(): LogFile[]
  /** Returns one day file as `list` does; undefined if it does not exist. */
  find(file: string): LogFile | undefined
  /** Stays equal as long as no file of the log is added, removed or replaced. */
  folderState(): string
  /** Yields the whole lines after `from`, one batch per chunk of the file. Blank lines are counted but not reported. */
  scan(file: string, from: ScanPosition): Generator<LogLine[], ScanEnd>
  /** Returns the crc32 of the first `length` bytes; undefined if the file is missing or shorter. */
  prefixCrc(file: string, length: number): number | undefined
  /** Returns the events at these locations, in this order; undefined where the bytes are not an event. */
  readEvents(locations: readonly EventLocation[]): (LogEvent | undefined)[]
  /**
   * Returns the line, or lines, at a location, one character per byte, without a leading byte order mark or a trailing
   * line end. Undefined if the file is missing or shorter.
   */
  readLine(location: EventLocation): string | undefined
  /** Durable when it returns. If it throws, all of the append is stored or none of it. */
  append(events: readonly LogEvent[]): AppendedLine[]
  /**
   * Restores missing lines to their day files, each ID once, but for those that are there and cannot be read as events.
   * Returns how many.
   */
  putBack(lines: readonly RawLine[]): number
  /** Repairs torn tails in `files`, or in every file. */
  prepare(files?: readonly string[]): TailRepair[]
  /** Closes what an append left open for the next one. Later calls reopen it. */
  close(): void
  /**
   * Lets lines of other clones come in while someone follows the log. Absent without a hub.
   * @param tell gets why none can come in, and undefined as soon as they can again
   * @returns how to end that
   */
  keepFresh?(tell: (trouble: Error | undefined) => void): () => void
}

export const SCAN_START: ScanPosition = Object.freeze({ offset: 0, line: 0, crc: 0 })

export const EventLog = token<EventLog>('EventLog')
