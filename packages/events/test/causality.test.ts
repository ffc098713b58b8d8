import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Causality,
  causalOrder,
  entityHeads,
  entityKey,
  isConcurrent,
  topologicalSort,
} from '../src/index.js'
import { bruteHappenedBefore, bruteHeads, disturbed, histories } from './histories.js'
import { event, moved, ulid } from './support.js'

describe('Causality', () => {
  it('agrees with the definition, taken literally, on every pair of any history', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const causality = new Causality(history)
        const before = bruteHappenedBefore(history)
        for (const a of history) {
          for (const b of history) {
            expect(causality.happenedBefore(a, b)).toBe(before(a, b))
            const unordered = a !== b && entityKey(a) === entityKey(b) && !before(a, b) && !before(b, a)
            expect(causality.isConcurrent(a, b)).toBe(unordered)
          }
        }
      }),
    )
  })

  it('gives the same answers for any order and repetition of the events', () => {
    fc.assert(
      fc.property(
        histories.chain((history) => fc.tuple(fc.constant(history), disturbed(history))),
        ([history, mess]) => {
          const [straight, shuffled] = [new Causality(history), new Causality(mess)]
          for (const a of history) {
            for (const b of history) expect(shuffled.happenedBefore(a, b)).toBe(straight.happenedBefore(a, b))
          }
        },
      ),
    )
  })

  it('finds as heads exactly the events that no other has seen, of any part of the set', () => {
    const parts = histories.chain((history) => fc.tuple(fc.constant(history), fc.subarray(history)))
    fc.assert(
      fc.property(parts, ([history, part]) => {
        const before = bruteHappenedBefore(history)
        const expected = part.filter((a) => !part.some((b) => before(a, b)))
        expect(new Causality(history).heads(part)).toEqual(causalOrder(expected))
      }),
    )
  })

  it('finds the heads of every entity, which are what a writer names as parents', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const heads = entityHeads(history)
        for (const key of new Set(history.map(entityKey))) {
          const own = history.filter((one) => entityKey(one) === key)
          expect(heads.get(key)).toEqual(causalOrder(bruteHeads(own)).map((one) => one.event_id))
        }
      }),
    )
  })

  it('does not follow a parent whose clock is not smaller, so that no circle can be walked', () => {
    const a = moved('doing', { id: 1, clock: 5, parents: [2] })
    const b = moved('done', { id: 2, clock: 5, parents: [1] })
    const causality = new Causality([a, b])
    expect(causality.isConcurrent(a, b)).toBe(true)
    expect(causality.invalidParents).toEqual([
      { event_id: ulid(1), parent: ulid(2) },
      { event_id: ulid(2), parent: ulid(1) },
    ])
  })

  it('lists parents that are not there, and those of another entity', () => {
    const a = moved('doing', { id: 1, entity: 'WP01', parents: [] })
    const b = moved('doing', { id: 2, entity: 'WP02', parents: [1, 9] })
    const causality = new Causality([a, b])
    expect(causality.missingParents).toEqual([{ event_id: ulid(2), parent: ulid(9) }])
    expect(causality.invalidParents).toEqual([{ event_id: ulid(2), parent: ulid(1) }])
    expect(causality.happenedBefore(a, b)).toBe(false)
  })

  it('holds the same work package id in two features for two entities', () => {
    const a = moved('doing', { id: 1, clock: 1, feature: '001-demo' })
    const b = moved('done', { id: 2, clock: 1, feature: '002-other' })
    expect(new Causality([a, b]).isConcurrent(a, b)).toBe(false)
  })

  it('answers a history of ten thousand events in single file without walking it', () => {
    const history = Array.from({ length: 10_000 }, (_, at) =>
      moved('doing', { id: at + 1, parents: at === 0 ? [] : [at] }),
    )
    const causality = new Causality(history)
    expect(causality.heads(history)).toEqual(history.slice(-1))
  })
})

describe('isConcurrent without history', () => {
  it('holds equal clocks on one entity with different ids for concurrent where parents lack', () => {
    const [a, b, c] = [
      moved('doing', { id: 1, clock: 3 }),
      moved('done', { id: 2, clock: 3 }),
      moved('done', { id: 3, clock: 4 }),
    ]
    expect(isConcurrent(a, b)).toBe(true)
    expect(isConcurrent(a, a)).toBe(false)
    expect(isConcurrent(a, c)).toBe(false)
    expect(isConcurrent(a, moved('done', { id: 4, clock: 3, entity: 'WP02' }))).toBe(false)
  })

  it('looks at parents where both have them, whatever the clocks', () => {
    const a = moved('doing', { id: 1, clock: 1, parents: [] })
    expect(isConcurrent(a, moved('done', { id: 2, clock: 7, parents: [] }))).toBe(true)
    expect(isConcurrent(moved('done', { id: 3, clock: 7, parents: [1] }), a)).toBe(false)
  })
})

describe('orders', () => {
  it('causalOrder never puts an event before one that happened before it', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const before = bruteHappenedBefore(history)
        const ordered = causalOrder(history)
        ordered.forEach((a, at) => {
          for (const b of ordered.slice(at + 1)) expect(before(b, a)).toBe(false)
        })
      }),
    )
  })

  it('topologicalSort follows parents when asked to', () => {
    const first = event('NoteAdded', { text: 'a' }, { id: 1, parents: [] })
    const second = event('NoteAdded', { text: 'b' }, { id: 2, parents: [1] })
    expect(topologicalSort([second, first], 'parents')).toEqual([first, second])
    expect(topologicalSort([second, first], 'causation_id')).toEqual([second, first])
  })
})
