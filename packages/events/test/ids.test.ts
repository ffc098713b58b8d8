import { describe, expect, it } from 'vitest'
import {
  eventIdTime,
  isName,
  isPlainSlug,
  parseEventId,
  parseTimestamp,
  readEventId,
  readTimestamp,
} from '../src/index.js'

describe('a moment', () => {
  it.each(['2000-02-29', '2024-02-29', '2026-04-30', '2026-12-31'])('may be on %s', (day) => {
    expect(parseTimestamp(`${day}T23:59:59.999Z`)).toBe(`${day}T23:59:59.999Z`)
  })

  it.each([
    '1900-02-29T00:00:00.000Z',
    '2026-02-29T00:00:00.000Z',
    '2026-04-31T00:00:00.000Z',
    '2026-13-01T00:00:00.000Z',
    '2026-01-00T00:00:00.000Z',
    '2026-01-01T24:00:00.000Z',
    '2026-01-01T00:60:00.000Z',
    '2026-01-01T00:00:60.000Z',
    7,
  ])('is never %s', (text) => {
    expect(parseTimestamp(text)).toBeUndefined()
    expect(readTimestamp(text)).toBeUndefined()
  })

  it.each([
    ['2026-11-22T10:00:00.000Z', '2026-11-22T10:00:00.000Z'],
    ['2026-11-22t10:00:00z', '2026-11-22T10:00:00.000Z'],
    ['2026-11-22T10:00:00.1Z', '2026-11-22T10:00:00.100Z'],
    ['2026-11-22T10:00:00.123456789Z', '2026-11-22T10:00:00.123Z'],
    ['2026-11-22T10:00:00+00:59', '2026-11-22T09:01:00.000Z'],
    ['2026-11-22T10:00:00-23:59', '2026-11-23T09:59:00.000Z'],
    ['2026-11-30T23:30:00-01:00', '2026-12-01T00:30:00.000Z'],
    ['2026-12-31T23:30:00-01:00', '2027-01-01T00:30:00.000Z'],
    ['2026-02-01T00:30:00+01:00', '2026-01-31T23:30:00.000Z'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
    ['2000-03-01T00:30:00+01:00', '2000-02-29T23:30:00.000Z'],
    ['2026-11-22T00:00:00-00:00', '2026-11-22T00:00:00.000Z'],
  ])('is read as other programs write it: %s', (text, moment) => {
    expect(readTimestamp(text)).toBe(moment)
  })

  it.each([
    '',
    'Z',
    '2026-11-22',
    '2026-11-22T10:00:00',
    '2026-11-22T10:00:00+24:00',
    '2026-11-22T10:00:00+01:60',
    '2026-02-30T10:00:00+01:00',
    '2026-11-22T10:00:00.Z',
  ])('is not read from "%s"', (text) => {
    expect(readTimestamp(text)).toBeUndefined()
  })
})

describe('names', () => {
  it('have 1 to 200 characters, none of which ends a line or moves a cursor', () => {
    expect(['x', 'x'.repeat(200), 'Ærø 猫'].every(isName)).toBe(true)
    expect(['', 'x'.repeat(201), 'a\nb', 'a\u007f', 'constructor', 7].some(isName)).toBe(false)
    expect(readEventId('any name')).toBe('any name')
    expect(readEventId('')).toBeUndefined()
  })

  it('of features have at most 100 characters', () => {
    expect(isPlainSlug('x'.repeat(100))).toBe(true)
    expect(isPlainSlug('x'.repeat(101))).toBe(false)
  })

  it('of events tell their time only where they are ULIDs', () => {
    const id = parseEventId('01ARYZ6S41TSV4RRFFQ69G5FAV')
    expect(id && eventIdTime(id)).toBe(1469918176385)
    const other = readEventId('0123456789 no ULID')
    expect(other && eventIdTime(other)).toBeUndefined()
    expect(parseEventId(7)).toBeUndefined()
  })
})
