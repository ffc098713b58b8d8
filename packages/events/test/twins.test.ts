import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Causality, causalOrder, entityHeads, fold, type LogEvent } from '../src/index.js'
import { anyHistories, bruteHappenedBefore, bruteHeads, bruteWithoutTwins } from './histories.js'
import { event, moved, parsed, ulid } from './support.js'

const imported = (one: LogEvent, key: string, timestamp: string = one.timestamp) =>
  parsed({ ...one, causation_id: `import:csv:file:1:${key}`, timestamp })
const note = (id: number, parents: number[] = []) => event('NoteAdded', { text: 'n' }, { id, parents })

describe('imports of one thing by two clones', () => {
  it('count once, in every register, counter and list', () => {
    const used = (id: number) => event('UsageRecorded', { tokens: 3 }, { id, parents: [] })
    const twins = [
      ...[note(1), note(2)].map((one) => imported(one, 'note:x')),
      ...[used(3), used(4)].map((one) => imported(one, 'usage:x')),
    ]
    expect(fold(twins)).toMatchObject({ notes: 1, usage: { tokens: 3 }, event_count: 2 })
    expect(fold([...twins, imported(note(5), 'note:y')])?.notes).toBe(2)
  })

  it('have the parents of all, and an edge to one is an edge to all', () => {
    const [first, twin] = [note(3, [1]), note(4, [2])].map((one) => imported(one, 'note:x'))
    if (first === undefined || twin === undefined) throw new Error('unreachable')
    const [a, b, child] = [note(1), note(2), note(5, [4])]
    const causality = new Causality([a, b, first, twin, child])
    for (const parent of [a, b]) expect(causality.happenedBefore(parent, first)).toBe(true)
    for (const one of [a, b, first, twin]) expect(causality.happenedBefore(one, child)).toBe(true)
    expect([...entityHeads([a, b, first, twin]).values()]).toEqual([[ulid(3)]])
  })

  it('agree with the definition, taken literally, on every pair of any history', () => {
    fc.assert(
      fc.property(anyHistories, (history) => {
        const counted = bruteWithoutTwins(history)
        const before = bruteHappenedBefore(counted)
        const causality = new Causality(history)
        for (const a of counted) {
          for (const b of counted) expect(causality.happenedBefore(a, b)).toBe(before(a, b))
        }
        const heads = new Set([...entityHeads(history).values()].flat())
        const expected = ['WorkPackage', 'Gate'].flatMap((type) =>
          bruteHeads(counted.filter(({ entity_type }) => entity_type === type)),
        )
        expect(
          causalOrder(history.filter((one) => heads.has(one.event_id))).map((one) => one.event_id),
        ).toEqual(causalOrder(expected).map((one) => one.event_id))
      }),
      { numRuns: 300 },
    )
  })

  it('that say different things of one item are no conflict: what the source said last counts', () => {
    const early = imported(
      moved('done', { id: 1, clock: 1, parents: [] }),
      'lane:a',
      '2026-01-02T00:00:00.000Z',
    )
    const late = imported(
      moved('doing', { id: 2, clock: 9, parents: [] }),
      'lane:b',
      '2026-01-01T00:00:00.000Z',
    )
    expect(fold([early, late])).toMatchObject({ lane: 'done', lane_event: ulid(1), conflicts: [] })
    const own = moved('rejected', { id: 3, clock: 3, parents: [] })
    expect(fold([early, late, own])).toMatchObject({
      lane: 'rejected',
      conflicts: [{ events: [{ event_id: ulid(1) }, { event_id: ulid(3) }] }],
    })
  })
})
