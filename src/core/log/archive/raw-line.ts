import type { RawLine } from '../event-log.js'

/** Parses a line for its ID and day only. Returns undefined if it is not an event, which is the trace of a crash. */
export function rawLine(bytes: Buffer): RawLine | undefined {
  const value = parsed(bytes)
  if (value === undefined || !('event_id' in value) || !('timestamp' in value)) return undefined
  const { event_id, timestamp } = value
  if (typeof event_id !== 'string' || typeof timestamp !== 'string') return undefined
  return { event_id, timestamp, bytes }
}

/** Chooses between two lines with one ID: a redacted stub wins over a full line, otherwise the one that sorts first. */
export function winner(one: RawLine, other: RawLine): RawLine {
  const [isStub, isOtherStub] = [isRedacted(one.bytes), isRedacted(other.bytes)]
  if (isStub !== isOtherStub) return isStub ? one : other
  return Buffer.compare(one.bytes, other.bytes) <= 0 ? one : other
}

/** Whether a line is a redacted event's stub. */
export function isRedacted(bytes: Buffer): boolean {
  const value = parsed(bytes)
  const payload = value !== undefined && 'payload' in value ? value.payload : undefined
  return typeof payload === 'object' && payload !== null && 'redacted' in payload
}

function parsed(bytes: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
