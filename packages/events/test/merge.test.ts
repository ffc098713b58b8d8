import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  encodeEvent,
  findClashes,
  lastWriterWins,
  mergeLogs,
  observedRemoveSet,
  type LogEvent,
} from '../src/index.js'
import { disturbed, histories } from './histories.js'
import { event, moved, ulid } from './support.js'

const twoLogs = fc.tuple(histories, histories).map(([a, b]) => [a, b.map(renamed)] as const)

/** Half of the second log's ids are the first log's: clashes are part of the law. */
function renamed(one: LogEvent, at: number): LogEvent {
  return at % 2 === 0 ? one : moved('doing', { id: 100 + at })
}

describe('mergeLogs', () => {
  it('is commutative, associative and idempotent, with the empty log as identity', () => {
    fc.assert(
      fc.property(twoLogs, histories, ([a, b], c) => {
        expect(mergeLogs(a, b)).toEqual(mergeLogs(b, a))
        expect(mergeLogs(mergeLogs(a, b), c)).toEqual(mergeLogs(a, mergeLogs(b, c)))
        expect(mergeLogs(a, a)).toEqual(mergeLogs(a, []))
        expect(mergeLogs(mergeLogs(a, b), [])).toEqual(mergeLogs(a, b))
      }),
    )
  })

  it('keeps, of different events with one id, the same one no matter which was read first, and reports the others', () => {
    const [one, two, three] = ['aaa', 'bbb', 'ccc'].map((text) => event('NoteAdded', { text }, { id: 7 }))
    if (one === undefined || two === undefined || three === undefined) throw new Error('unreachable')
    for (const order of [
      [one, two, three],
      [three, two, one],
      [two, structuredClone(two), three, one],
    ]) {
      expect(mergeLogs(order, [])).toEqual([one])
      expect(findClashes(order)).toEqual([
        { event_id: ulid(7), kept: one, dropped: two },
        { event_id: ulid(7), kept: one, dropped: three },
      ])
    }
  })

  it('holds a repeated line for the same event', () => {
    const note = event('NoteAdded', { text: 'a' }, { id: 7 })
    expect(findClashes([note, JSON.parse(encodeEvent(note))])).toEqual([])
  })
})

describe('registers', () => {
  it('lastWriterWins takes the greatest in total order, nothing from nothing', () => {
    expect(
      lastWriterWins([moved('doing', { id: 2, clock: 4 }), moved('done', { id: 1, clock: 4 })])?.event_id,
    ).toBe(ulid(2))
    expect(lastWriterWins([])).toBeUndefined()
  })

  it('observedRemoveSet takes away only the additions a removal had seen', () => {
    const mine = event('TagsChanged', { added: ['red'], removed: [] }, { id: 1, clock: 1 })
    const theirs = event('TagsChanged', { added: ['red'], removed: [] }, { id: 2, clock: 1 })
    const removal = event(
      'TagsChanged',
      { added: [], removed: [{ tag: 'red', seen: [ulid(1)] }] },
      { id: 3, clock: 2 },
    )
    const changes = [mine, theirs, removal].map((one) => ({ ...one, payload: one.payload as never }))
    expect(observedRemoveSet(changes)).toEqual([{ tag: 'red', adds: [ulid(2)] }])
    expect(observedRemoveSet(changes.filter((one) => one.event_id !== ulid(2)))).toEqual([])
  })

  it('observedRemoveSet depends on the set of changes alone', () => {
    const tags = histories.map((history) => history.filter((one) => one.event_type === 'TagsChanged'))
    fc.assert(
      fc.property(
        tags.chain((history) => fc.tuple(fc.constant(history), disturbed(history))),
        ([history, mess]) => {
          expect(observedRemoveSet(mess as never)).toEqual(observedRemoveSet(history as never))
        },
      ),
    )
  })
})
