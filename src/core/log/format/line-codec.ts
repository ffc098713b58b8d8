import { isUtf8 } from 'node:buffer'
import { parseEvent, type Registry } from '../../events-lib.js'
import type { LogLine, LogProblem } from '../event-log.js'

/** A line longer than this, newline included, is rejected on write and skipped on read. */
export const MAX_LINE_BYTES = 256 * 1024

/** Deeper than any real payload: such a line is meant to break its reader. */
const MAX_DEPTH = 100

const LF = 0x0a
const CR = 0x0d
const BACKSLASH = 0x5c
const QUOTE = 0x22
const COLON = 0x3a
const BRACE = 0x7b
const CLOSING_BRACE = 0x7d
const BOM = Buffer.from([0xef, 0xbb, 0xbf])
const MARKER = /^(?:<{7,}|\|{7,}|={7,}|>{7,})(?: |$)/

/** Reads the lines of one file in order. Remembers the problems that are reported only once per file. */
export class LineReader {
  private crlfReported = false

  constructor(
    private readonly file: string,
    private line: number,
    private offset: number,
    /** If omitted, event types of plugins are read as they are, without validation. */
    private readonly registry?: Registry,
  ) {}

  /** Appends the lines of `chunk`, which ends with a newline, to `into`. Returns how many there were. */
  read(chunk: Buffer, into: LogLine[]): number {
    const before = this.line
    const isClean = !chunk.includes(CR) && isUtf8(chunk)
    for (let start = 0; start < chunk.length;) {
      const end = chunk.indexOf(LF, start)
      this.line += 1
      const length = end + 1 - start
      const isPlain = isClean && chunk[start] === BRACE && length <= MAX_LINE_BYTES
      const line = isPlain
        ? this.readPlain(chunk, start, end)
        : length > 1
          ? this.readOdd(chunk.subarray(start, end))
          : undefined
      if (line?.problem?.kind === 'not_json') into.push(...this.readGlued(chunk.subarray(start, end), line))
      else if (line !== undefined) into.push(line)
      this.offset += length
      start = end + 1
    }
    return this.line - before
  }

  /** Reports a line too long to hold in memory, or a tail too long to become a line. */
  tooLong(length: number): LogLine {
    this.line += 1
    const line = this.bad(
      length,
      'line_too_long',
      `line too long: ${length} bytes, at most ${MAX_LINE_BYTES} are read`,
    )
    this.offset += length
    return line
  }

  /** Reads a line of clean UTF-8, without its line end. */
  private readPlain(bytes: Buffer, start: number, end: number, length = end + 1 - start): LogLine {
    // Decode line by line: one character beyond Latin-1 would make V8 store and parse the whole chunk at two bytes per
    // character.
    const text = bytes.toString('utf8', start, end)
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      return this.notJson(bytes.subarray(start, end), length)
    }
    const keys = countKeys(value, 0)
    if (keys < 0) return this.bad(length, 'too_deep', `nested more than ${MAX_DEPTH} levels deep`)
    if (!isPlainlyOnce(value, text, keys) && keys !== countKeyColons(bytes, start, end)) {
      return this.bad(
        length,
        'duplicate_key',
        'a key appears twice in one object: readers would disagree on its value',
      )
    }
    const result = parseEvent(value, this.registry)
    if (!result.ok) return this.bad(length, result.problem.kind, result.problem.message)
    const { file, line, offset } = this
    return { file, line, offset, length, event: result.event, known: result.known }
  }

  /**
   * Reads any line that is not plainly `{…}` in clean UTF-8: Windows line ends, byte order marks, conflict markers,
   * damage.
   */
  private readOdd(raw: Buffer): LogLine | undefined {
    const length = raw.length + 1
    if (length > MAX_LINE_BYTES) return this.bad(length, 'line_too_long', `line too long: ${length} bytes`)
    const isCrlf = raw.at(-1) === CR
    const hasBom = this.offset === 0 && startsWithBom(raw)
    const body = raw.subarray(hasBom ? BOM.length : 0, isCrlf ? -1 : undefined)
    if (body.length === 0) return undefined
    const found = this.readBody(body, length)
    if (found.event === undefined) return found
    if (hasBom)
      return { ...found, problem: this.problem('bom', 'starts with a byte order mark; read without it') }
    if (!isCrlf || this.crlfReported) return found
    this.crlfReported = true
    return { ...found, problem: this.problem('crlf', 'Windows line ends from here on; read without them') }
  }

  private readBody(body: Buffer, length: number): LogLine {
    if (!isUtf8(body)) return this.bad(length, 'invalid_utf8', 'not valid UTF-8')
    if (body.includes(CR)) return this.bad(length, 'lone_cr', 'a carriage return inside the line')
    return this.readPlain(body, 0, body.length, length)
  }

  /** Reads the events of a line that lost the newlines between them; otherwise returns the line as found. */
  private readGlued(raw: Buffer, found: LogLine): LogLine[] {
    const parts = gluedObjects(raw.at(-1) === CR ? raw.subarray(0, -1) : raw)
    if (parts.length < 2) return [found]
    const lines: LogLine[] = []
    let offset = this.offset
    for (const [at, part] of parts.entries()) {
      // The last part includes the line end.
      const length = at === parts.length - 1 ? this.offset + found.length - offset : part.length
      const line = this.readBody(part, length)
      if (line.event === undefined) return [found]
      lines.push({ ...line, offset })
      offset += length
    }
    const message = `${parts.length} events in one line: read one by one`
    return lines.map((line, at) => (at === 0 ? { ...line, problem: this.problem('glued', message) } : line))
  }

  private notJson(body: Buffer, length: number): LogLine {
    if (isConflictMarker(body)) return this.bad(length, 'conflict_marker', "one of git's conflict markers")
    if (body.includes(0)) return this.bad(length, 'nul', 'NUL bytes, as a power cut leaves them')
    if (startsWithBom(body)) return this.bad(length, 'stray_bom', 'a byte order mark inside the file')
    return this.bad(length, 'not_json', 'not a JSON object')
  }

  private bad(length: number, kind: string, message: string): LogLine {
    const { file, line, offset } = this
    return { file, line, offset, length, known: false, problem: this.problem(kind, message) }
  }

  private problem(kind: string, message: string): LogProblem {
    return { file: this.file, line: this.line, kind, message }
  }
}

/**
 * Splits a line into the JSON objects that it holds without separators. Returns the line itself if there is only one.
 */
export function gluedObjects(line: Buffer): Buffer[] {
  const parts: Buffer[] = []
  let start = 0
  let depth = 0
  for (let at = 0; at < line.length; at += 1) {
    const byte = line[at]
    if (byte === QUOTE) at = endOfString(line, at, line.length)
    else if (byte === BRACE) depth += 1
    else if (byte === CLOSING_BRACE && (depth -= 1) === 0 && line[at + 1] === BRACE) {
      parts.push(line.subarray(start, at + 1))
      start = at + 1
    }
  }
  return [...parts, line.subarray(start)]
}

/** True for a line that git writes between the sides of a conflict (git-merge(1), "How conflicts are presented"). */
export function isConflictMarker(body: Buffer): boolean {
  return MARKER.test(body.toString('latin1', 0, 200))
}

export function startsWithBom(bytes: Buffer): boolean {
  return bytes.subarray(0, BOM.length).equals(BOM)
}

/** Counts the keys of a parsed value at every level; −1 if it is nested too deeply. */
function countKeys(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth === MAX_DEPTH) return -1
  let count = 0
  if (Array.isArray(value)) {
    for (const child of value) {
      const below = countKeys(child, depth + 1)
      if (below < 0) return -1
      count += below
    }
    return count
  }
  // Cast: JSON.parse made this object, so no prototype adds a key to it.
  const parent = value as Record<string, unknown>
  for (const key in parent) {
    count += 1
    const child = parent[key]
    if (typeof child !== 'object' || child === null) continue
    const below = countKeys(child, depth + 1)
    if (below < 0) return -1
    count += below
  }
  return count
}

/**
 * A fast check that settles most lines. Without escapes, every string appears in the text as it is. The colons, less
 * those in the timestamp, are then at least as many as the keys written, which are at least as many as the keys in the
 * value. So if the two ends are equal, no key was written twice.
 */
function isPlainlyOnce(value: unknown, text: string, keys: number): boolean {
  if (text.includes('\\')) return false
  // Cast: JSON.parse can return anything, and any property can be read from it, except from null.
  const timestamp = (value as Partial<Record<string, unknown>> | null)?.['timestamp']
  const within = typeof timestamp === 'string' ? countColons(timestamp) : 0
  return countColons(text) - within === keys
}

function countColons(text: string): number {
  let count = 0
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) count += 1
  return count
}

/**
 * Counts the colons outside strings, which are the keys as written. If there are more than the parsed value has keys, a
 * key was written twice.
 */
function countKeyColons(bytes: Buffer, start: number, end: number): number {
  let count = 0
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at]
    if (byte === COLON) count += 1
    else if (byte === QUOTE) at = endOfString(bytes, at, end)
  }
  return count
}

function endOfString(bytes: Buffer, quote: number, end: number): number {
  let at = quote + 1
  for (; at < end && bytes[at] !== QUOTE; at += 1) if (bytes[at] === BACKSLASH) at += 1
  return at
}
