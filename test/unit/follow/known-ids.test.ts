import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KnownIds } from '../../../src/core/follow/known-ids.js'
import { FOREIGN_IDS, ulid } from '../../support/events.js'

const id = fc.oneof(
  fc.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
  fc.stringMatching(/^[a-z0-]{0,3}[0-9A-HJKMNP-TV-Z]{20,30}$/),
  fc.string({ minLength: 1, maxLength: 3 }),
)

/** Eight digits of an ID that count up in steps, so that the low bits of every word stay the same. */
function digits(at: number): string {
  const text = (at * 1024).toString(32).toUpperCase().padStart(7, '0')
  return `0${text.replace(/[ILOU]/g, (digit) => 'WXYZ'['ILOU'.indexOf(digit)] ?? '')}`
}

describe('the set of known ids', () => {
  it('answers as a set of strings would, however many there are', () => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 300 }), fc.array(id, { maxLength: 50 }), (added, asked) => {
        const known = new KnownIds()
        const model = new Set<string>()
        for (const one of [...added, ...added.slice(0, 20)]) {
          known.add(one)
          model.add(one)
        }
        expect(known.size).toBe(model.size)
        for (const one of [...added, ...asked]) expect(known.has(one)).toBe(model.has(one))
      }),
    )
  })

  it('grows, also with ids that count up by one', () => {
    const known = new KnownIds()
    for (let seed = 0; seed < 5_000; seed += 1) known.add(ulid(seed * 2))
    expect(known.size).toBe(5_000)
    for (let seed = 0; seed < 10_000; seed += 1) expect(known.has(ulid(seed))).toBe(seed % 2 === 0)
  })

  // Where they share a slot, this takes minutes.
  it.each<[string, (at: number) => string]>([
    ['in their time', (at) => `${digits(at)}AAAAAAAAAAAAAAAAAA`],
    ['in the middle', (at) => `01JD9ZQ0H7${digits(at)}AAAAAAAA`],
    ['at their end', (at) => `01JD9ZQ0H7AAAAAAAA${digits(at)}`],
  ])('has room for a hundred thousand ids that differ %s alone', (_, idAt) => {
    const known = new KnownIds()
    for (let at = 0; at < 100_000; at += 1) known.add(idAt(at))
    expect(known.size).toBe(100_000)
  })

  it('tells ids of other programs apart, from each other and from the ULIDs that they resemble', () => {
    const known = new KnownIds()
    const [first, ...others] = [...FOREIGN_IDS, 'note-aaaa', 'note-bbbb', '', '0', '0'.repeat(26)]
    known.add(first)
    expect(others.filter((one) => known.has(one))).toEqual([])
    const ours = '01JD9ZQ0H7P8K2M4N6R8T0V2X4'
    known.add(ours)
    expect([known.has(ours), known.has(ours.toLowerCase()), known.has(`0${ours}`), known.size]).toEqual([
      true,
      false,
      false,
      2,
    ])
  })

  it('knows the id that is all zeros like any other', () => {
    const known = new KnownIds()
    expect(known.has('0'.repeat(26))).toBe(false)
    known.add('0'.repeat(26))
    expect([known.has('0'.repeat(26)), known.size, known.has(`${'0'.repeat(25)}1`)]).toEqual([true, 1, false])
  })
})
