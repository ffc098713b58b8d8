import type { LogEvent } from '../events-lib.js'
import { token } from '../token.js'

/** One file of the log as the folder shows it. */
export interface LogFile {
  readonly name: string
  /** In bytes. */
  readonly size: number
  /** `${ino}.${birthtimeNs}:${mtimeNs}:${ctimeNs}`: equal together with `size` means the bytes are the ones seen before. */
  readonly identity: string
}

/** What is wrong with a line. `docs/commands.md`, "Shapes in JSON". */
export interface LogProblem {
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  readonly kind: string
  readonly message: string
}

/** A line of the log: an event, a problem, or both (an event in a line that git or an editor dressed up). */
export interface LogLine {
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  /** Byte where the line starts. */
  readonly offset: number
  /** In bytes, newline included. */
  readonly length: number
  readonly event?: LogEvent
  /** False for an event type this program does not know. */
  readonly known: boolean
  readonly problem?: LogProblem
}

/** How far a file has been read. */
export interface ScanPosition {
  /** Bytes read: always just after a newline. */
  readonly offset: number
  /** Lines read. */
  readonly line: number
  /** zlib's crc32 of the bytes [0, offset). */
  readonly crc: number
}

export interface ScanEnd extends ScanPosition {
  /** Bytes after the last newline: a writer at work, or the trace of a crash. */
  readonly tornBytes: number
  /** Taken before the first byte was read, so that a change while reading shows as one. Empty: no such file. */
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

/** What was done to a torn tail. */
export interface TailRepair {
  readonly file: string
  /** Byte where the tail started. */
  readonly offset: number
  /** Length of the tail. */
  readonly bytes: number
  /**
   * completed: it was a whole event and got its newline. quarantined: copied to `quarantine` and cut off.
   * ended: it could not be copied, and stays in the file as a line of its own.
   */
  readonly action: 'completed' | 'quarantined' | 'ended'
  /** Path of the copy. */
  readonly quarantine?: string
  /** For people: starts with "repaired". */
  readonly message: string
}

/** A line on its way back into the log, byte for byte as it was written first. */
export interface RawLine {
  readonly event_id: string
  /** Names the day's file. */
  readonly timestamp: string
  /** Newline included. */
  readonly bytes: Buffer
}

/**
 * The log as bytes: files of lines, one event a line. It knows nothing of what events mean.
 * Writing methods expect their caller to hold the write lock.
 */
export interface EventLog {
  /** Day files sorted by name; whatever else lies in the folder is passed over. */
  list(): LogFile[]
  /** One day file as `list` has it; undefined when it is not there. */
  find(file: string): LogFile | undefined
  /** Equal as long as no file of the log came, went or was replaced. */
  folderState(): string
  /** Whole lines after `from`, one batch a chunk of the file. Lines without text are counted, not reported. */
  scan(file: string, from: ScanPosition): Generator<LogLine[], ScanEnd>
  /** crc32 of the first `length` bytes; undefined when the file is missing or shorter. */
  prefixCrc(file: string, length: number): number | undefined
  /** The events at these places, in this order; undefined where the bytes are not an event. */
  readEvents(locations: readonly EventLocation[]): (LogEvent | undefined)[]
  /** The line at a place, or several, byte for byte a character, without byte order mark before and line end behind; undefined when the file is missing or shorter. */
  readLine(location: EventLocation): string | undefined
  /** Durable when it returns; all or nothing when it throws. */
  append(events: readonly LogEvent[]): AppendedLine[]
  /** Writes missing lines into the files of their days, each id once; returns how many. */
  putBack(lines: readonly RawLine[]): number
  /** Repairs torn tails of `files`, or of every file. */
  prepare(files?: readonly string[]): TailRepair[]
  /** Closes what an append has left open for the next one. What is called after that opens it anew. */
  close(): void
}

export const SCAN_START: ScanPosition = Object.freeze({ offset: 0, line: 0, crc: 0 })

export const EventLog = token<EventLog>('EventLog')
