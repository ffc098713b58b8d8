import { describe, expect, it } from 'vitest'
import type { Conflict, LogEvent } from '../../../src/core/events-lib.js'
import { note } from '../../support/events.js'
import { conflictKey, explanations, settlerOf } from '../../../src/core/index/ingest/conflict-resolution.js'

/** An open conflict over the lane of WP01; the last write wins. */
function conflict(writes: readonly (readonly [value: unknown, actor: string])[], rule = 'last_writer_wins') {
  const events = writes.map(([value, actor], at) => ({ event_id: `E${at}`, value, actor }))
  // Cast: only what an explanation reads.
  return {
    feature: '001-demo',
    entity_id: 'WP01',
    register: 'status',
    events,
    winner: events.at(-1)?.event_id,
    rule,
    open: true,
  } as unknown as Conflict
}

const SHOW = 'To choose yourself: kitty agent conflicts show WP01 --feature 001-demo'
const open = (one: Conflict) => ({ conflict: one, settledBy: undefined })
const explain = (one: Conflict): string => explanations([open(one)])[0] ?? ''

describe('the explanation of a conflict', () => {
  it('names both values, their authors, the winner, the rule and the command that shows more', () => {
    expect(
      explain(
        conflict([
          ['doing', 'ada'],
          ['for_review', 'bob'],
        ]),
      ),
    ).toBe(
      `WP01 (001-demo): two concurrent status changes, doing (ada) and for_review (bob). for_review wins (last writer). ${SHOW}`,
    )
  })

  it('names the winner with its author where two wrote the same value', () => {
    expect(
      explain(
        conflict(
          [
            ['doing', 'ada'],
            ['doing', 'bob'],
          ],
          'priority',
        ),
      ),
    ).toContain(' doing (bob) wins (priority). ')
  })

  it('counts many writes, and names the last four of them', () => {
    const writes = ['a', 'b', 'c', 'd', 'e'].map((actor) => [`lane_${actor}`, actor] as const)
    expect(explain(conflict(writes))).toContain(
      '5 concurrent status changes, lane_b (b), lane_c (c), lane_d (d), lane_e (e) and 1 more. lane_e wins',
    )
  })

  it('names three values', () => {
    const writes = ['a', 'b', 'c'].map((actor) => [`lane_${actor}`, actor] as const)
    expect(explain(conflict(writes))).toContain(
      ': 3 concurrent status changes, lane_a (a), lane_b (b) and lane_c (c). lane_c wins',
    )
  })

  it('stays on one line, whatever an author is called', () => {
    expect(
      explain(
        conflict([
          ['doing', 'ada\n\u001b[2J'],
          ['done', 'bob'],
        ]),
      ),
    ).toContain('doing (ada [2J) and done (bob)')
  })

  it('sums up what is over twenty in one line with the command that lists them', () => {
    const one = open(
      conflict([
        ['doing', 'ada'],
        ['done', 'bob'],
      ]),
    )
    const said = (count: number): string[] => explanations(Array.from({ length: count }, () => one))
    expect(said(20)).toHaveLength(20)
    expect(said(21).at(-1)).toBe('And 1 more conflict: kitty agent conflicts list')
    expect(said(23).at(-1)).toBe('And 3 more conflicts: kitty agent conflicts list')
  })

  it('says who settled it, and with what', () => {
    const settled = conflict([
      ['doing', 'ada'],
      ['done', 'bob'],
    ])
    expect(explanations([{ conflict: settled, settledBy: move(3, 'for_review', { actor: 'eve' }) }])).toEqual(
      [
        'WP01 (001-demo): two concurrent status changes, doing (ada) and done (bob), settled by eve: for_review.',
      ],
    )
  })

  it('shows values that are no texts, and the first 79 characters of a long one', () => {
    const long = 'x'.repeat(81)
    const text = explain(
      conflict([
        [null, 'ada'],
        [undefined, 'bob'],
        [['WP02'], 'cay'],
        [long, 'dan'],
        ['y'.repeat(80), 'eve'],
      ]),
    )
    expect(text).toContain(
      `null (bob), ["WP02"] (cay), ${'x'.repeat(79)}… (dan), ${'y'.repeat(80)} (eve) and 1 more`,
    )
  })

  it('says that one of them wins where it is not known which', () => {
    const one = {
      ...conflict([
        ['a', 'ada'],
        ['b', 'bob'],
      ]),
      winner: 'none',
    } as unknown as Conflict
    expect(explain(one)).toContain('. One of them wins. ')
  })
})

function move(seed: number, to: string, changes: Readonly<Record<string, unknown>> = {}): LogEvent {
  return note(seed, {
    event_type: 'WPStatusChanged',
    payload: { feature_slug: '001-login', old_status: 'planned', new_status: to },
    ...changes,
  })
}

/** A settled conflict between these events over the lane. */
function between(...events: LogEvent[]): Conflict {
  return {
    feature: '001-login',
    entity_id: 'WP01',
    register: 'status',
    events,
    open: false,
  } as unknown as Conflict // what is read
}

describe('the key of a conflict', () => {
  const one = between(note(1), note(2))
  const key = (): string => conflictKey(one)

  it('is the same for the same conflict', () => {
    expect(conflictKey({ ...one })).toBe(key())
    expect(key()).toMatch(/^[\w-]{43}$/)
  })

  it.each<[string, Conflict]>([
    ['while it is open', { ...one, open: true }],
    ['of another feature', { ...one, feature: '002-x' }],
    ['of another package', { ...one, entity_id: 'WP02' }],
    ['of another register', { ...one, register: 'priority' }],
    ['with a third writer', between(note(1), note(2), note(3))],
    ['of other writers', between(note(1), note(3))],
  ])('is another one %s', (_, other) => {
    expect(conflictKey(other)).not.toBe(key())
  })
})

describe('what settled a conflict', () => {
  const [one, two] = [move(1, 'doing'), move(2, 'done')]
  const conflictOfTwo = between(one, two)
  const settler = (...later: LogEvent[]) => settlerOf(conflictOfTwo, [one, two, ...later])?.event_id

  it('is the first write of the register after its own', () => {
    expect(settler(note(3), move(4, 'for_review'), move(5, 'done'))).toBe(move(4, 'x').event_id)
    expect(settler()).toBeUndefined()
    expect(settler(note(3))).toBeUndefined()
  })

  it('is no write of another register', () => {
    const priority = { ...conflictOfTwo, register: 'priority' as Conflict['register'] }
    expect(settlerOf(priority, [one, two, move(3, 'done')])).toBeUndefined()
  })

  it('is no write of another package, or of no event type of kitty’s', () => {
    expect(settler(move(4, 'done', { entity_id: 'WP02' }))).toBeUndefined()
    expect(settler(note(4, { event_type: 'x.other.Thing' }))).toBeUndefined()
  })

  it('is no write that comes before the conflict’s last one, whatever the order of the history', () => {
    expect(settlerOf(between(one, move(3, 'done')), [one, move(2, 'x'), move(3, 'done')])).toBeUndefined()
    expect(settler(move(3, 'done', { lamport_clock: 2 }))).toBe(move(3, 'x').event_id)
    const early = move(9, 'x', { lamport_clock: 1 })
    expect(settlerOf(conflictOfTwo, [one, two, early])).toBeUndefined()
    const before = move(1, 'x', { lamport_clock: 2, event_id: '00000000000000000000000001' })
    expect(settlerOf(conflictOfTwo, [one, two, before])).toBeUndefined()
  })

  it('is nothing while it is open, or where its writes are not in the history', () => {
    expect(settlerOf({ ...conflictOfTwo, open: true }, [one, two, move(3, 'done')])).toBeUndefined()
    expect(settlerOf(conflictOfTwo, [move(3, 'done')])).toBeUndefined()
  })
})
