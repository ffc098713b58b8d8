import type { LogLine } from '../event-log.js'
import { type LineReader, MAX_LINE_BYTES } from './line-codec.js'

const LF = 0x0a
const NEWLINE = Buffer.from('\n')

/** Reads the lines of a file that arrives in parts. Holds one part and less than one line, however long a line is. */
export class LineFeed {
  #held: Buffer[] = []
  #heldBytes = 0
  /** Length so far of a line too long to hold. */
  #skipped = 0

  constructor(private readonly reader: LineReader) {}

  /** Appends the lines that end in this part to `into`. */
  push(part: Buffer, into: LogLine[]): void {
    const end = part.lastIndexOf(LF) + 1
    if (end > 0) this.#read(part.subarray(0, end), into)
    this.#hold(part.subarray(end))
  }

  /** A last line without its newline counts as an event only if it is whole, just as the next write would decide. */
  end(into: LogLine[]): void {
    if (this.#skipped > 0) into.push(this.reader.tooLong(this.#skipped))
    if (this.#heldBytes === 0) return
    const lines: LogLine[] = []
    this.reader.read(Buffer.concat([...this.#held, NEWLINE]), lines)
    into.push(...lines.filter((line) => line.event !== undefined))
  }

  #read(lines: Buffer, into: LogLine[]): void {
    let start = 0
    if (this.#skipped > 0) {
      start = lines.indexOf(LF) + 1
      into.push(this.reader.tooLong(this.#skipped + start))
      this.#skipped = 0
    }
    const whole = Buffer.concat([...this.#held, lines.subarray(start)])
    this.#held = []
    this.#heldBytes = 0
    if (whole.length > 0) this.reader.read(whole, into)
  }

  #hold(rest: Buffer): void {
    if (rest.length === 0) return
    if (this.#skipped > 0 || this.#heldBytes + rest.length > MAX_LINE_BYTES) {
      this.#skipped += this.#heldBytes + rest.length
      this.#held = []
      this.#heldBytes = 0
    } else {
      this.#held.push(rest)
      this.#heldBytes += rest.length
    }
  }
}
