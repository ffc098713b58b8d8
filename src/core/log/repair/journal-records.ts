import { rawLine } from '../archive/raw-line.js'
import type { RawLine } from '../event-log.js'
import { crc32 } from '../format/crc32.js'

const LF = 0x0a

/** The commands in a part of the journal. */
export interface JournalRecords {
  /** Lines of complete commands. */
  readonly lines: RawLine[]
  /** Byte after the last complete command or standalone line. */
  readonly end: number
}

/** Builds one command's lines, with the record that says what belongs to it, as one buffer. */
export function journalRecord(command: string, lines: readonly Buffer[]): Buffer {
  const bytes = lines.length === 1 && lines[0] !== undefined ? lines[0] : Buffer.concat(lines)
  const record = JSON.stringify({ command, count: lines.length, crc32: crc32(bytes) })
  return Buffer.concat([Buffer.from(`${record}\n`), bytes])
}

/**
 * Reads whole lines. A command's lines count all or nothing: if its record promises more lines, or different ones, they
 * were never acknowledged. Lines without a record come from an earlier kitty and count one by one. See docs/formats.md.
 */
export function readRecords(bytes: Buffer): JournalRecords {
  const lines: RawLine[] = []
  let end = 0
  for (let at = 0; at < bytes.length;) {
    const line = lineAt(bytes, at)
    at += line.length
    const record = recordIn(line)
    if (record === undefined) {
      const event = rawLine(line)
      if (event !== undefined) lines.push(event)
      end = at
      continue
    }
    const start = at
    const found: Buffer[] = []
    while (found.length < record.count && at < bytes.length) {
      const next = lineAt(bytes, at)
      if (recordIn(next) !== undefined) break
      found.push(next)
      at += next.length
    }
    // The writer may still be appending its last lines.
    if (found.length < record.count && at >= bytes.length) break
    if (found.length === record.count && crc32(bytes.subarray(start, at)) === record.crc32)
      for (const each of found) {
        const event = rawLine(each)
        if (event !== undefined) lines.push(event)
      }
    end = at
  }
  return { lines, end }
}

function lineAt(bytes: Buffer, start: number): Buffer {
  return bytes.subarray(start, bytes.indexOf(LF, start) + 1)
}

const RECORD_START = Buffer.from('{"command":')

function recordIn(line: Buffer): { count: number; crc32: number } | undefined {
  if (!line.subarray(0, RECORD_START.length).equals(RECORD_START)) return undefined
  let value: unknown
  try {
    value = JSON.parse(line.toString('utf8'))
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('count' in value && 'crc32' in value)) return undefined
  const { count, crc32: crc } = value
  return typeof count === 'number' && typeof crc === 'number' ? { count, crc32: crc } : undefined
}
