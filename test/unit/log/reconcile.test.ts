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
    const plan = reconcile(LINES, { missing: without(1, 2, 3), committed: neverAsked, prunable: 0 })
    expect(plan).toEqual({
      putBack: [],
      drop: [],
      keep: LINES,
      expected: LINES,
      isPending: false,
      isElsewhere: false,
    })
  })

  it('puts back what is neither in the log nor committed, and keeps everything in the journal', () => {
    const plan = reconcile(LINES, {
      missing: without(1),
      committed: () => git(ids(), ids(3)),
      prunable: 0,
    })
    expect(plan).toEqual({
      putBack: [LINES[1]],
      drop: [],
      keep: LINES,
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
    reconcile(LINES, { missing: without(1, 3), committed, prunable: 0 })
    expect(asked).toEqual([LINES[1]])
  })

  it('lets go of the oldest lines, as many as it is to, that the log and HEAD have', () => {
    const plan = reconcile(LINES, {
      missing: without(1, 2, 3),
      committed: () => git(ids(1, 3), ids(2)),
      prunable: 2,
    })
    expect(plan).toMatchObject({
      putBack: [],
      drop: [LINES[0]],
      keep: [LINES[1], LINES[2]],
      isPending: false,
    })
  })

  it('leaves open what is missing and in HEAD: whether it goes for good is not committed yet', () => {
    for (const prunable of [0, 3]) {
      const plan = reconcile(LINES, {
        missing: without(2),
        committed: () => git(ids(1, 3), ids(3)),
        prunable,
      })
      expect(plan).toMatchObject({ putBack: [], isPending: true })
      expect(plan.keep).toContain(LINES[0])
    }
  })

  it('never lets go of a line that is not committed, and in the log as well', () => {
    const subset = fc.uniqueArray(fc.integer({ min: 1, max: 3 })).map((seeds) => ids(...seeds))
    fc.assert(
      fc.property(subset, subset, fc.nat({ max: 3 }), (present, committed, prunable) => {
        const plan = reconcile(LINES, {
          missing: LINES.filter((line) => !present.has(line.event_id)),
          committed: () => git(committed),
          prunable,
        })
        for (const each of LINES) {
          const isKept = plan.keep.includes(each)
          expect(isKept || (committed.has(each.event_id) && present.has(each.event_id))).toBe(true)
          expect(isKept).toBe(!plan.drop.includes(each))
          const isSafe = present.has(each.event_id) || committed.has(each.event_id)
          expect(plan.putBack.includes(each)).toBe(!isSafe)
        }
      }),
    )
  })
})
