import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CLOCK_GAP, compareEvents, tick, trustedMaximum, witness } from '../src/index.js'
import { ulid } from './support.js'

describe('the clock', () => {
  it('issues 1 first and never goes backwards', () => {
    expect(tick(1)).toEqual({ value: 1, next: 2 })
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (next, seen) => {
        expect(witness(next, seen)).toBeGreaterThanOrEqual(next)
        expect(witness(next, seen)).toBeGreaterThan(seen)
      }),
    )
  })

  it('refuses to issue what is no clock value, or the last one, and names it', () => {
    for (const next of [0, -1, 1.5, NaN, 2 ** 53 - 1, 2 ** 53]) {
      expect(() => tick(next)).toThrow(RangeError)
      expect(() => tick(next)).toThrow(`cannot issue ${next};`)
    }
  })
})

describe('trustedMaximum', () => {
  it('follows everything up to the first gap of more than a million', () => {
    expect(trustedMaximum([1, 2, CLOCK_GAP + 2])).toEqual({ maximum: CLOCK_GAP + 2, suspicious: [] })
    expect(trustedMaximum([1, 2, CLOCK_GAP + 3, CLOCK_GAP + 4])).toEqual({
      maximum: 2,
      suspicious: [CLOCK_GAP + 3, CLOCK_GAP + 4],
    })
  })

  it('starts from a value known to be good', () => {
    expect(trustedMaximum([9_000_001], 9_000_000)).toEqual({ maximum: 9_000_001, suspicious: [] })
    expect(trustedMaximum([2 ** 53 - 1])).toEqual({ maximum: 0, suspicious: [2 ** 53 - 1] })
    expect(trustedMaximum([], 7)).toEqual({ maximum: 7, suspicious: [] })
  })

  it('never falls below that value', () => {
    expect(trustedMaximum([3, 5], 7)).toEqual({ maximum: 7, suspicious: [] })
  })
})

describe('compareEvents', () => {
  it('is a total order: clock first, then id', () => {
    const one = fc.record({ lamport_clock: fc.integer({ min: 1, max: 5 }), event_id: fc.nat(5).map(ulid) })
    fc.assert(
      fc.property(one, one, one, (a, b, c) => {
        expect(Math.sign(compareEvents(a, b))).toBe(0 - Math.sign(compareEvents(b, a)))
        if (compareEvents(a, b) <= 0 && compareEvents(b, c) <= 0)
          expect(compareEvents(a, c)).toBeLessThanOrEqual(0)
        expect(compareEvents(a, b) === 0).toBe(
          a.lamport_clock === b.lamport_clock && a.event_id === b.event_id,
        )
      }),
    )
    expect(
      compareEvents({ lamport_clock: 2, event_id: ulid(1) }, { lamport_clock: 1, event_id: ulid(9) }),
    ).toBe(1)
  })
})
