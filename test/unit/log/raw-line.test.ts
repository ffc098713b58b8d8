import { describe, expect, it } from 'vitest'
import { encodeEvent, stubOf } from '../../../src/core/events-lib.js'
import { isRedacted, rawLine, winner } from '../../../src/core/log/archive/raw-line.js'
import type { RawLine } from '../../../src/core/log/event-log.js'
import { note, noteLine, ulid } from '../../support/events.js'

const line = (text: string): RawLine => ({
  event_id: ulid(1),
  timestamp: note(1).timestamp,
  bytes: Buffer.from(text),
})

describe('a line of the archive', () => {
  it('is read for its ID and its day', () => {
    expect(rawLine(Buffer.from(noteLine(1)))).toEqual(line(noteLine(1)))
  })

  it.each([
    ['2026-11-22T23:30:00-02:00', '2026-11-23T01:30:00.000Z'],
    ['2026-11-22t09:30:00z', '2026-11-22T09:30:00.000Z'],
    ['no time', 'no time'],
  ])('has the day of %s in UTC, as the log has it', (timestamp, read) => {
    const text = noteLine(1).replace(note(1).timestamp, timestamp)
    expect(rawLine(Buffer.from(text))?.timestamp).toBe(read)
  })

  it.each([
    '',
    'x',
    'null',
    '7',
    '"event_id timestamp"',
    '{"event_id":"a"}',
    '{"timestamp":"b"}',
    '{"event_id":7,"timestamp":"b"}',
    '{"event_id":"a","timestamp":7}',
  ])('is none where a crash left %s', (text) => {
    expect(rawLine(Buffer.from(text))).toBeUndefined()
  })
})

describe('which of two lines with one ID counts', () => {
  const [full, other] = [line(noteLine(1)), line(noteLine(1, { actor: 'bob' }))]
  const stub = line(encodeEvent(stubOf(note(1), 'zzz')))
  const second = line(encodeEvent(stubOf(note(1), 'aaa')))
  const both = (one: RawLine, two: RawLine): RawLine[] => [winner(one, two), winner(two, one)]

  it('is a stub, and else the one that sorts first', () => {
    expect(both(stub, full)).toEqual([stub, stub])
    expect(both(full, other)).toEqual([full, full])
    expect(both(stub, second)).toEqual([second, second])
  })

  it('does not depend on what only looks like a stub', () => {
    expect(isRedacted(stub.bytes)).toBe(true)
    for (const text of [
      'x',
      'null',
      '{}',
      '{"payload":null}',
      '{"payload":"redacted"}',
      '{"redacted":"x"}',
      noteLine(1),
    ])
      expect(isRedacted(Buffer.from(text)), text).toBe(false)
  })
})
