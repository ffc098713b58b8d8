import { fstatSync, readSync } from 'node:fs'

const PART_BYTES = 1024 * 1024
/** In bytes: a longer line may be passed on in pieces. */
const LONGEST = 256 * 1024
const LF = 0x0a

export interface LinePart {
  readonly bytes: Buffer
  /** These are whole lines; only the file's last one may lack its newline. False for a piece of an overlong line. */
  readonly isLines: boolean
}

/** Yields an open file in parts of about a megabyte, each of whole lines or a piece of an overlong one. */
export function* lineParts(fd: number): Generator<LinePart> {
  // A log of many days has many small files. A byte more than the file has tells its end and a file that grew apart.
  const chunk = Buffer.allocUnsafe(Math.min(PART_BYTES, fstatSync(fd).size + 1))
  let held = Buffer.alloc(0)
  let isOverlong = false
  for (let at = 0; ;) {
    const read = readSync(fd, chunk, 0, chunk.length, at)
    if (read === 0) break
    at += read
    const bytes = chunk.subarray(0, read)
    const first = isOverlong ? bytes.indexOf(LF) + 1 || read : 0
    if (first > 0) yield { bytes: Buffer.from(bytes.subarray(0, first)), isLines: false }
    if (isOverlong && bytes[first - 1] !== LF) continue
    isOverlong = false
    const last = Math.max(first, bytes.lastIndexOf(LF) + 1)
    if (last > first) {
      yield { bytes: Buffer.concat([held, bytes.subarray(first, last)]), isLines: true }
      held = Buffer.alloc(0)
    }
    held = Buffer.concat([held, bytes.subarray(last)])
    if (held.length <= LONGEST) continue
    yield { bytes: held, isLines: false }
    held = Buffer.alloc(0)
    isOverlong = true
  }
  if (held.length > 0) yield { bytes: held, isLines: true }
}

/**
 * Yields the lines of an open file in parts of about a megabyte. Leaves out overlong lines, and those shorter than
 * `shortest` bytes, newline included.
 */
export function* boundedLines(fd: number, shortest = 0): Generator<Buffer> {
  for (const { bytes, isLines } of lineParts(fd)) {
    const kept = isLines && shortest > 0 ? Buffer.concat([...longLines(bytes, shortest)]) : bytes
    if (isLines && kept.length > 0) yield kept
  }
}

function* longLines(lines: Buffer, shortest: number): Generator<Buffer> {
  for (const line of linesIn(lines)) if (line.length >= shortest) yield line
}

/** The lines of a text, each with its newline if it has one. */
export function* linesIn(text: Buffer): Generator<Buffer> {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf(LF, start) + 1 || text.length
    yield text.subarray(start, end)
    start = end
  }
}
