import { describe, expect, it } from 'vitest'
import {
  counter,
  gSet,
  lastWriterWins,
  lineThatCounts,
  stateMachine,
  stubOf,
  encodeEvent,
} from '../src/index.js'
import { event, ulid } from './support.js'

interface Write {
  readonly state?: string
  readonly actor: string
}

const RULE = {
  priority: new Map([
    ['low', 1],
    ['high', 2],
    ['other', 2],
  ]),
  stateOf: ({ state }: Write) => state,
  actorOf: ({ actor }: Write) => actor,
}

describe('a state machine', () => {
  it('takes the state of highest priority, wherever it comes', () => {
    const [low, high] = [
      { state: 'low', actor: 'a' },
      { state: 'high', actor: 'b' },
    ]
    expect(stateMachine([low, high], RULE)).toEqual({ ok: true, winner: high })
    expect(stateMachine([high, low], RULE)).toEqual({ ok: true, winner: high })
  })

  it('takes the smallest actor among equals, and the first of that actor', () => {
    const [ada, bob, again] = [
      { state: 'high', actor: 'ada' },
      { state: 'other', actor: 'bob' },
      { state: 'other', actor: 'ada' },
    ]
    for (const writes of [
      [ada, bob],
      [bob, ada],
      [ada, again],
    ]) {
      const result = stateMachine(writes, RULE)
      expect(result.ok && result.winner).toBe(ada)
    }
  })

  it('says why there is no winner', () => {
    expect(stateMachine([], RULE)).toEqual({ ok: false, message: 'There is no event to choose from.' })
    expect(stateMachine([{ actor: 'a' }], RULE)).toEqual({
      ok: false,
      message: 'An event holds no state; there is nothing to compare.',
    })
    expect(
      stateMachine(
        [
          { state: 'low', actor: 'a' },
          { state: 'x', actor: 'a' },
        ],
        RULE,
      ),
    ).toEqual({
      ok: false,
      message: 'State "x" has no priority; known states: low, high, other.',
    })
  })
})

describe('other rules of merging', () => {
  it('a grow-only set is the union of all additions', () => {
    expect(gSet([['a', 'b'], [], ['b', 'c']])).toEqual(new Set(['a', 'b', 'c']))
    expect(gSet([])).toEqual(new Set())
  })

  it('a counter counts every id once', () => {
    const [one, two] = [
      { event_id: 'a', amount: 2 },
      { event_id: 'b', amount: -5 },
    ]
    expect(counter([])).toBe(0)
    expect(counter([one, two])).toBe(-3)
    expect(counter([one, two, { ...one, amount: 7 }, two])).toBe(-3)
  })

  it('the last writer is the greatest in total order, and there is none without writes', () => {
    const [first, second] = [
      event('NoteAdded', { text: 'a' }, { id: 2, clock: 1 }),
      event('NoteAdded', { text: 'b' }, { id: 1, clock: 2 }),
    ]
    expect(lastWriterWins([])).toBeUndefined()
    expect(lastWriterWins([first, second])).toBe(second)
    expect(lastWriterWins([second, first])).toBe(second)
  })
})

describe('the line that counts of two with one id', () => {
  const full = event('NoteAdded', { text: 'aaa' }, { id: 1 })
  const other = event('NoteAdded', { text: 'bbb' }, { id: 1 })
  const [line, otherLine] = [encodeEvent(full), encodeEvent(other)]
  const stub = encodeEvent(stubOf(full, 'zzz'))

  /** In either order. */
  const both = (a: string, b: string) => [lineThatCounts(a, b), lineThatCounts(b, a)]

  it('is a redaction’s stub, and else the one that sorts first', () => {
    expect(both(stub, line)).toEqual([stub, stub])
    expect(both(line, otherLine)).toEqual([line, line])
    const second = encodeEvent(stubOf(full, 'aaa'))
    expect(both(stub, second)).toEqual([second, second])
    expect(both(line, line)).toEqual([line, line])
  })

  it.each([
    ['z "redacted"'],
    ['null "redacted"'],
    ['{"redacted":"x"}'],
    ['{"payload":null,"z":"redacted"}'],
    ['{"payload":"redacted"}'],
    ['{"payload":{"redacted":7}}'],
    ['{"payload":{"redacted":"x","text":"y"}}'],
    ['"redacted"'],
  ])('is not %s for looking like a stub', (text) => {
    // Anything that is no stub gives way to one, and is compared by its text with a full line.
    expect(both(stub, text)).toEqual([stub, stub])
    const first = text < line ? text : line
    expect(both(text, line)).toEqual([first, first])
  })
})

describe('a stub', () => {
  it('keeps the envelope and the feature, and nothing else of the payload', () => {
    const note = event('NoteAdded', { text: 'secret' }, { id: 3 })
    expect(stubOf(note, 'a token')).toEqual({
      ...note,
      event_id: ulid(3),
      payload: { feature_slug: note.payload.feature_slug, redacted: 'a token' },
    })
  })
})
