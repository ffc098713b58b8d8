import { readTimestamp } from '../../events-lib.js'
import type { RawLine } from '../event-log.js'

/**
 * Parses a line for its ID and time only. Returns undefined if it is not an event, which is the trace of a crash. The time
 * is in kitty's form, as in an event that is read: other programs may name another day than the one in UTC.
 */
export function rawLine(bytes: Buffer): RawLine | undefined {
  const value = parsed(bytes)
  if (value === undefined || !('event_id' in value) || !('timestamp' in value)) return undefined
  const { event_id, timestamp } = value
  if (typeof event_id !== 'string' || typeof timestamp !== 'string') return undefined
  return { event_id, timestamp: inUtc(timestamp), bytes }
}

/** Kitty's own form has 24 characters, and needs nothing of the library to be read. */
function inUtc(timestamp: string): string {
  if (timestamp.length === 24 && timestamp.endsWith('Z')) return timestamp
  return readTimestamp(timestamp) ?? timestamp
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
