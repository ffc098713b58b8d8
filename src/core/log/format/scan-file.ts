import { closeSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { Registry } from '../../events-lib.js'
import { crc32 } from './crc32.js'
import type { LogLine, ScanEnd, ScanPosition } from '../event-log.js'
import { LineReader, MAX_LINE_BYTES } from './line-codec.js'
import { identityOf, openToRead, readFully } from '../../files/open-file.js'
import { storageError } from '../../files/storage-error.js'

const CHUNK_BYTES = 1024 * 1024
const LF = 0x0a

/** A file that vanished after it was listed reads as empty: the next listing shows that it is gone. */
const NOTHING: ScanEnd = { offset: 0, line: 0, crc: 0, tornBytes: 0, identity: '' }

/** The last scan's chunk, reused: a store that appends scans the end of a file for every event. */
let spare: Buffer | undefined

function takeChunk(): Buffer {
  const chunk = spare ?? Buffer.allocUnsafeSlow(CHUNK_BYTES)
  // Never share the chunk: one scan may be read while another is paused.
  spare = undefined
  return chunk
}

/** Implements `EventLog.scan`. Holds one chunk in memory, however long the file or a line is. */
export function* scanFile(
  folder: string,
  file: string,
  from: ScanPosition,
  registry?: Registry,
): Generator<LogLine[], ScanEnd> {
  const path = join(folder, file)
  const open = openToRead(path)
  if (open === undefined) return NOTHING
  const chunk = takeChunk()
  try {
    const scan = new Scan(file, from, chunk, registry)
    while (scan.fill(open.fd)) {
      const lines = scan.takeLines()
      if (lines.length > 0) yield lines
    }
    const overlong = scan.overlongTail()
    if (overlong !== undefined) yield [overlong]
    return { ...scan.position, tornBytes: scan.tornBytes, identity: identityOf(open.stats) }
  } catch (error) {
    throw storageError(error, path, 'not readable')
  } finally {
    spare = chunk
    closeSync(open.fd)
  }
}

/** Implements `EventLog.prefixCrc`. */
export function prefixCrc(path: string, length: number): number | undefined {
  const open = openToRead(path)
  if (open === undefined) return undefined
  try {
    if (open.stats.size < length) return undefined
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, length))
    let crc = 0
    for (let offset = 0; offset < length;) {
      const read = readFully(open.fd, buffer, 0, Math.min(buffer.length, length - offset), offset)
      if (read === 0) return undefined
      crc = crc32(buffer.subarray(0, read), crc)
      offset += read
    }
    return crc
  } catch (error) {
    throw storageError(error, path, 'not readable')
  } finally {
    closeSync(open.fd)
  }
}

/**
 * One pass over one file. Holds the buffer, the bytes in it that wait for their newline, and how much of an overlong
 * line was skipped.
 */
class Scan {
  position: ScanPosition
  private readonly reader: LineReader
  /** Bytes at the start of the buffer that wait for their newline. */
  private held = 0
  private filled = 0
  /** Length of the front part of a line too long to hold, and the checksum up to that point. */
  private skipped = { length: 0, crc: 0 }

  constructor(
    file: string,
    from: ScanPosition,
    /** Not shared with any other scan. */
    private readonly buffer: Buffer,
    registry?: Registry,
  ) {
    this.position = { offset: from.offset, line: from.line, crc: from.crc }
    this.reader = new LineReader(file, from.line, from.offset, registry)
  }

  get tornBytes(): number {
    return this.skipped.length + this.held
  }

  /** Reads the next chunk. Returns false at the end of the file. */
  fill(fd: number): boolean {
    const at = this.position.offset + this.skipped.length + this.held
    const read = readSync(fd, this.buffer, this.held, CHUNK_BYTES - this.held, at)
    this.filled = this.held + read
    return read > 0
  }

  takeLines(): LogLine[] {
    const lines: LogLine[] = []
    const start = this.skipped.length > 0 ? this.endSkipping(lines) : 0
    const end = this.buffer.subarray(0, this.filled).lastIndexOf(LF) + 1
    if (end > start) {
      const whole = this.buffer.subarray(start, end)
      this.advance(whole.length, this.reader.read(whole, lines), crc32(whole, this.position.crc))
    }
    this.hold(Math.max(start, end))
    return lines
  }

  /** Reports a tail longer than any valid line, even though it has no line end: no writer is at work there. */
  overlongTail(): LogLine | undefined {
    return this.tornBytes > MAX_LINE_BYTES ? this.reader.tooLong(this.tornBytes) : undefined
  }

  private hold(start: number): void {
    const rest = this.buffer.subarray(start, this.filled)
    if (rest.length > MAX_LINE_BYTES) {
      const crc = this.skipped.length > 0 ? this.skipped.crc : this.position.crc
      this.skipped = { length: this.skipped.length + rest.length, crc: crc32(rest, crc) }
      this.held = 0
    } else {
      this.buffer.copyWithin(0, start, this.filled)
      this.held = rest.length
    }
  }

  /**
   * Finds the end, in the buffer, of the line being skipped, and reports that line in `lines`. Returns 0 if it does not
   * end here.
   */
  private endSkipping(lines: LogLine[]): number {
    const end = this.buffer.subarray(0, this.filled).indexOf(LF) + 1
    if (end === 0) return 0
    const length = this.skipped.length + end
    lines.push(this.reader.tooLong(length))
    this.advance(length, 1, crc32(this.buffer.subarray(0, end), this.skipped.crc))
    this.skipped = { length: 0, crc: 0 }
    return end
  }

  private advance(bytes: number, lines: number, crc: number): void {
    this.position = { offset: this.position.offset + bytes, line: this.position.line + lines, crc }
  }
}
