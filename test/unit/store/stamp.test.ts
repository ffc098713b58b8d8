import { describe, expect, it } from 'vitest'
import { createRegistry, MAX_PARENTS, type NewEvent } from '../../../src/core/events-lib.js'
import { firstRunOf, stamp } from '../../../src/core/store/stamp.js'

const NOTE: NewEvent<'NoteAdded'> = {
  event_type: 'NoteAdded',
  entity_id: 'WP01',
  entity_type: 'WorkPackage',
  payload: { feature_slug: '001-demo', text: 'hm' },
}
const BY = { actor: 'ada', causationId: 'key-1', correlationId: null }
const id = (n: number): string => String(n).padStart(26, '0')
const heads = (count: number) => Array.from({ length: count }, (_, at) => id(at + 1))

function stamped(drafts: readonly NewEvent[], known: readonly string[]) {
  let issued = 0
  return stamp(drafts, BY, {
    registry: createRegistry(),
    nextClock: 7,
    now: new Date('2026-11-22T10:00:00.000Z'),
    nextId: () => id(100_000 + (issued += 1)),
    heads: () => known,
  })
}

describe('stamping', () => {
  it('names the heads, and then each event the one before it', () => {
    const [first, second] = stamped([NOTE, NOTE], heads(2))
    expect([first?.parents, second?.parents]).toEqual([heads(2), [first?.event_id]])
    expect([first?.lamport_clock, second?.lamport_clock]).toEqual([7, 8])
  })

  it('joins more heads than one event may name, in events of no operation that come first', () => {
    const events = stamped([NOTE], heads(2 * MAX_PARENTS + 5))
    expect(events.map(({ event_type, causation_id }) => [event_type, causation_id])).toEqual([
      ['HeadsJoined', null],
      ['HeadsJoined', null],
      ['NoteAdded', 'key-1'],
    ])
    const [one, two, note] = events
    expect([one, two].map((join) => join?.parents?.length)).toEqual([MAX_PARENTS, MAX_PARENTS])
    expect(note?.parents).toEqual([one?.event_id, two?.event_id, ...heads(2 * MAX_PARENTS + 5).slice(-5)])
  })

  it('writes a move in the version that older programs read, unless it holds what only the newer one has', () => {
    const move = (more: object): NewEvent<'WPStatusChanged'> => ({
      event_type: 'WPStatusChanged',
      entity_id: 'WP01',
      entity_type: 'WorkPackage',
      payload: { feature_slug: '001-demo', old_status: 'planned', new_status: 'doing', ...more },
    })
    const [plain, attached] = stamped([move({ session: 's1' }), move({ review: { verdict: 'ok' } })], [])
    expect([plain?.event_version, attached?.event_version]).toEqual([1, 2])
  })
})

describe('the first run of a command that is repeated', () => {
  const drafts = ['one', 'two', 'one'].map((text) => ({ ...NOTE, payload: { ...NOTE.payload, text } }))
  const other = stamped([{ ...NOTE, entity_id: 'WP02' }], [])
  const run = stamped(drafts, [])
  const again = stamped(drafts, []).map(
    (event, at) => ({ ...event, event_id: id(200_000 + at) }) as typeof event,
  )

  it('is found among the events of a second branch, whatever the order that the merge gave them', () => {
    const interleaved = run.flatMap((event, at) => [event, ...again.slice(at, at + 1)])
    expect(firstRunOf(drafts, run)).toEqual(run)
    expect(firstRunOf(drafts, [...run, ...again])).toEqual(run)
    expect(firstRunOf(drafts, interleaved)?.map(({ payload }) => payload)).toEqual(
      run.map(({ payload }) => payload),
    )
  })

  it('is not there when events are missing, in another order, or of another command', () => {
    for (const events of [
      run.slice(1),
      [...run, ...again.slice(1)],
      run.toReversed().slice(1),
      [...run, ...other],
      other,
    ])
      expect(firstRunOf(drafts, events)).toBeUndefined()
    expect(firstRunOf([], run)).toBeUndefined()
  })
})
