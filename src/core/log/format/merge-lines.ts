import { compareEvents, isStub } from '../../events-lib.js'
import type { LogLine } from '../event-log.js'
import { gluedObjects, isConflictMarker, LineReader, startsWithBom } from './line-codec.js'

const LF = 0x0a
const CR = 0x0d
const NEWLINE = Buffer.from('\n')

export interface MergedLines {
  readonly bytes: Buffer
  /** Lines in `bytes`. */
  readonly merged: number
  /** Lines that repeated an earlier one, byte for byte. */
  readonly duplicates: number
}

interface Line {
  /** Without line end. */
  readonly bytes: Buffer
  readonly event: EventKey | undefined
}

/** What merging looks at. The rest of an event would take more memory than its line. */
interface EventKey {
  readonly event_id: string
  readonly lamport_clock: number
  readonly isStub: boolean
}

/**
 * Merges versions of one day file by set union: events in total order, each line once, without git's conflict markers
 * and Windows line ends. If two lines with one ID differ, both stay, except that a redacted line replaces all others. A
 * line that is not an event stays unchanged, after the events. A line that only one version still has also stays: the
 * log is append-only, so a line missing on one side was never deleted on purpose.
 */
export function mergeLines(versions: readonly Buffer[]): MergedLines {
  const unique = new Map<string, Line>()
  const torn: string[] = []
  let total = 0
  for (const version of versions) {
    for (const { bytes, isTorn } of textLines(version)) {
      const key = bytes.toString('latin1')
      if (isTorn) torn.push(key)
      if (!unique.has(key)) unique.set(key, { bytes, event: eventIn(bytes) })
      total += 1
    }
  }
  for (const key of torn) if (isCutCopy(key, unique)) unique.delete(key)
  dropRedacted(unique)
  const lines = [...unique.values()].sort(compareLines)
  const bytes = Buffer.concat(lines.flatMap((line) => [line.bytes, NEWLINE]))
  return { bytes, merged: lines.length, duplicates: total - lines.length }
}

/** Removes the full lines of events for which a redaction left a stub. */
function dropRedacted(lines: Map<string, Line>): void {
  const redacted = new Set<string>()
  for (const { event } of lines.values()) if (event?.isStub === true) redacted.add(event.event_id)
  if (redacted.size === 0) return
  for (const [key, { event }] of lines)
    if (event?.isStub === false && redacted.has(event.event_id)) lines.delete(key)
}

/** Stable: lines that are not events keep their order and come last. */
function compareLines(a: Line, b: Line): number {
  if (a.event === undefined || b.event === undefined)
    return Number(a.event === undefined) - Number(b.event === undefined)
  return compareEvents(a.event, b.event) || Buffer.compare(a.bytes, b.bytes)
}

/** A version saved in the middle of a write ends in the beginning of a line that another version has whole. */
function isCutCopy(key: string, lines: ReadonlyMap<string, Line>): boolean {
  if (lines.get(key)?.event !== undefined) return false
  return [...lines.keys()].some((other) => other.length > key.length && other.startsWith(key))
}

function* textLines(version: Buffer): Generator<{ bytes: Buffer; isTorn: boolean }> {
  let start = startsWithBom(version) ? 3 : 0
  while (start < version.length) {
    const newline = version.indexOf(LF, start)
    const end = newline < 0 ? version.length : newline
    const whole = version.subarray(start, end)
    const text = withoutCr(whole)
    if (text.length > 0 && !isConflictMarker(text)) {
      const parts = unglued(text)
      // Keep a line that is not an event byte for byte: its CR may be part of it.
      const isEvents = text.length === whole.length || parts.every((part) => eventIn(part) !== undefined)
      for (const bytes of isEvents ? parts : [whole]) yield { bytes, isTorn: newline < 0 }
    }
    start = end + 1
  }
}

function withoutCr(line: Buffer): Buffer {
  return line.at(-1) === CR ? line.subarray(0, -1) : line
}

/** Merging files without a final newline may have joined two events on one line. */
function unglued(bytes: Buffer): Buffer[] {
  if (!bytes.includes('}{')) return [bytes]
  const parts = gluedObjects(bytes)
  return parts.every((part) => eventIn(part) !== undefined) ? parts : [bytes]
}

function eventIn(bytes: Buffer): EventKey | undefined {
  const lines: LogLine[] = []
  new LineReader('', 0, 0).read(Buffer.concat([bytes, NEWLINE]), lines)
  const event = lines[0]?.event
  if (event === undefined) return undefined
  return { event_id: event.event_id, lamport_clock: event.lamport_clock, isStub: isStub(event) }
}
