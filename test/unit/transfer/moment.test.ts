import { expect, it } from 'vitest'
import { isZone, parseMoment } from '../../../src/core/transfer/moment.js'

it.each([
  ['2026-02-04T16:37:39.524657-08:00', '2026-02-05T00:37:39.524Z'],
  ['2026-02-04T16:37:39.123456789Z', '2026-02-04T16:37:39.123Z'],
  ['2026-02-04T16:37:39Z', '2026-02-04T16:37:39.000Z'],
  ['2026-02-04T16:37:39.5+05:30', '2026-02-04T11:07:39.500Z'],
  ['2026-02-04 16:37', '2026-02-04T16:37:00.000Z'],
  ['2026-02-04', '2026-02-04T00:00:00.000Z'],
  ['20260123T102345Z', '2026-01-23T10:23:45.000Z'],
  ['20260123T102345', '2026-01-23T10:23:45.000Z'],
  ['2026-02-04T16:37:39+0100', '2026-02-04T15:37:39.000Z'],
  ['2026-02-04T16:37:39+01', '2026-02-04T15:37:39.000Z'],
  ['2026-12-31T23:59:60Z', '2027-01-01T00:00:00.000Z'],
  [' 2026-02-04T16:37:39Z ', '2026-02-04T16:37:39.000Z'],
])('%s is %s', (text, expected) => {
  expect(parseMoment(text)).toBe(expected)
})

it.each([
  ['2026-02-30'],
  ['2026-13-01'],
  ['2026-00-10'],
  ['2026-02-04T25:00:00Z'],
  ['1969-12-31T23:59:59Z'],
  ['0001-01-01T00:00:00Z'],
  ['yesterday'],
  [''],
  [1700000000],
  [null],
])('%s is no moment that an event can have', (text) => {
  expect(parseMoment(text)).toBeNull()
})

it('takes a time without a zone in the zone that is named, summer time included', () => {
  expect(parseMoment('2026-07-01 12:00', 'Europe/Berlin')).toBe('2026-07-01T10:00:00.000Z')
  expect(parseMoment('2026-01-01 12:00', 'Europe/Berlin')).toBe('2026-01-01T11:00:00.000Z')
  expect(parseMoment('2026-01-01 12:00', '-03:30')).toBe('2026-01-01T15:30:00.000Z')
})

it('leaves a time that names its zone alone', () => {
  expect(parseMoment('2026-07-01T12:00:00Z', 'Asia/Tokyo')).toBe('2026-07-01T12:00:00.000Z')
})

it('tells a zone from what is none', () => {
  expect(isZone('Europe/Berlin')).toBe(true)
  expect(isZone('+02:00')).toBe(true)
  expect(isZone('Mars/Olympus')).toBe(false)
})
