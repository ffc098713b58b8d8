import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Committed } from '../../../src/core/log/repair/committed-lines.js'
import type { RawLine } from '../../../src/core/log/event-log.js'
import { reconcile } from '../../../src/core/log/repair/reconcile.js'
import { noteLine, ulid } from '../../support/events.js'

function line(seed: number): RawLine {
  return { event_id: ulid(seed), timestamp: '2026-11-22T09:30:00.000Z', bytes: Buffer.from(noteLine(seed)) }
}

const LINES = [line(1), line(2), line(3)]

function ids(...seeds: number[]): Set<string> {
  return new Set(seeds.map(ulid))
}

/** The lines that are missing where the log has these. */
function without(...seeds: number[]): RawLine[] {
  return LINES.filter((line) => !ids(...seeds).has(line.event_id))
}

/** What git answers: these in HEAD, those elsewhere. */
function git(inHead: Set<string>, elsewhere = ids()): Committed {
  return { inHead, elsewhere }
}

function neverAsked(): never {
  throw new Error('git was asked')
}

describe('reconcile', () => {
  it('does not ask git while the log has every line', () => {
    const plan = reconcile(LINES, { missing: without(1, 2, 3), committed: neverAsked })
    expect(plan).toEqual({
      putBack: [],
      expected: LINES,
      isPending: false,
      isElsewhere: false,
    })
  })

  it('puts back what is neither in the log nor committed', () => {
    const plan = reconcile(LINES, {
      missing: without(1),
      committed: () => git(ids(), ids(3)),
    })
    expect(plan).toEqual({
      putBack: [LINES[1]],
      expected: [LINES[0], LINES[1]],
      isPending: false,
      isElsewhere: true,
    })
  })

  it('asks git about the missing lines alone', () => {
    const asked: RawLine[] = []
    const committed = (lines: readonly RawLine[]): Committed => {
      asked.push(...lines)
      return git(ids())
    }
    reconcile(LINES, { missing: without(1, 3), committed })
    expect(asked).toEqual([LINES[1]])
  })

  it('leaves open what is missing and in HEAD: whether it goes for good is not committed yet', () => {
    const plan = reconcile(LINES, { missing: without(2), committed: () => git(ids(1, 3), ids(3)) })
    expect(plan).toMatchObject({ putBack: [], isPending: true })
  })

  it('puts back exactly what is neither in the log nor committed', () => {
    const subset = fc.uniqueArray(fc.integer({ min: 1, max: 3 })).map((seeds) => ids(...seeds))
    fc.assert(
      fc.property(subset, subset, (present, committed) => {
        const plan = reconcile(LINES, {
          missing: LINES.filter((line) => !present.has(line.event_id)),
          committed: () => git(committed),
        })
        for (const each of LINES) {
          const isSafe = present.has(each.event_id) || committed.has(each.event_id)
          expect(plan.putBack.includes(each)).toBe(!isSafe)
        }
      }),
    )
  })
})
