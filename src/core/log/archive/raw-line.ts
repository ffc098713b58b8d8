import type { RawLine } from '../event-log.js'

/** One line as far as its id and day; undefined for what is no event: the trace of a crash. */
export function rawLine(bytes: Buffer): RawLine | undefined {
  const value = parsed(bytes)
  if (value === undefined || !('event_id' in value) || !('timestamp' in value)) return undefined
  const { event_id, timestamp } = value
  if (typeof event_id !== 'string' || typeof timestamp !== 'string') return undefined
  return { event_id, timestamp, bytes }
}

/** Of two lines with one id, a redacted one's stub; else, or of two stubs, the one whose bytes sort first. */
export function winner(one: RawLine, other: RawLine): RawLine {
  const [isStub, isOtherStub] = [isRedacted(one.bytes), isRedacted(other.bytes)]
  if (isStub !== isOtherStub) return isStub ? one : other
  return Buffer.compare(one.bytes, other.bytes) <= 0 ? one : other
}

function isRedacted(bytes: Buffer): boolean {
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
