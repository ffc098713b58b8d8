import { beforeEach, describe, expect, it } from 'vitest'
import { createRegistry, type LogEvent, MAX_PARENTS, type NewEvent } from '../../../src/core/events-lib.js'
import { firstRunOf, stamp } from '../../../src/core/store/stamp.js'
import { errorOf, stepsOf } from '../../support/kitty-error.js'

const NOTE: NewEvent<'NoteAdded'> = {
  event_type: 'NoteAdded',
  entity_id: 'WP01',
  entity_type: 'WorkPackage',
  payload: { feature_slug: '001-demo', text: 'hm' },
}
const BY = { actor: 'ada', causationId: 'key-1', correlationId: null }
const id = (n: number): string => String(n).padStart(26, '0')
const heads = (count: number) => Array.from({ length: count }, (_, at) => id(at + 1))

function stamped(drafts: readonly NewEvent[], known: readonly string[], more: { brought?: number } = {}) {
  let issued = 0
  return stamp(drafts, BY, {
    registry: createRegistry(),
    nextClock: 7,
    now: new Date('2026-11-22T10:00:00.000Z'),
    nextId: () => id(100_000 + (issued += 1)),
    heads: () => known,
    ...more,
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

  it('takes the version that a draft names', () => {
    const draft = { ...NOTE, event_type: 'x.a.Made', entity_type: 'x.a.Thing', event_version: 3 }
    expect(stamped([draft as unknown as NewEvent], [])[0]?.event_version).toBe(3)
  })

  it('says what every event says: who, when, of which run', () => {
    expect(stamped([NOTE], [])[0]).toMatchObject({
      event_type: 'NoteAdded',
      entity_id: 'WP01',
      entity_type: 'WorkPackage',
      timestamp: '2026-11-22T10:00:00.000Z',
      actor: 'ada',
      causation_id: 'key-1',
      correlation_id: null,
      payload: NOTE.payload,
    })
  })

  it('asks for the heads of each entity once, and keeps its own events in one line', () => {
    const [first, other, third] = stamped([NOTE, { ...NOTE, entity_id: 'WP02' }, NOTE], heads(1))
    expect([first?.parents, other?.parents, third?.parents]).toEqual([heads(1), heads(1), [first?.event_id]])
  })

  it('names only the newest heads of a plugin’s entity, which cannot be joined', () => {
    const draft = { ...NOTE, event_type: 'x.a.Made', entity_type: 'x.a.Thing', event_version: 1 }
    const [event, ...others] = stamped([draft as unknown as NewEvent], heads(MAX_PARENTS + 2))
    expect(event?.parents).toEqual(heads(MAX_PARENTS + 2).slice(2))
    expect(others).toEqual([])
  })

  it('leaves the operation’s key out of what the operation brings along', () => {
    const brought = stamped([NOTE, NOTE, NOTE], [], { brought: 2 })
    expect(brought.map(({ causation_id }) => causation_id)).toEqual([null, null, 'key-1'])
  })

  it('refuses a draft that makes no event', () => {
    const error = errorOf(() => stamped([{ ...NOTE, entity_id: '' }], []))
    expect(error.kind).toBe('ValidationError')
    expect(error.message).toMatch(/^The NoteAdded event is not valid: .+\.$/)
    expect(stepsOf(error)).toEqual(['Correct the value and run the command again; nothing was written.'])
    expect(error.context).toEqual({ event_type: 'NoteAdded', problem: expect.any(String) })
  })
})

describe('the first run of a command that is repeated', () => {
  const drafts = ['one', 'two', 'one'].map((text) => ({ ...NOTE, payload: { ...NOTE.payload, text } }))
  let run: LogEvent[]
  let again: LogEvent[]

  beforeEach(() => {
    run = stamped(drafts, [])
    again = run.map((event, at) => ({ ...event, event_id: id(200_000 + at) }) as typeof event)
  })

  it('is found among the events of a second branch, whatever the order that the merge gave them', () => {
    const interleaved = run.flatMap((event, at) => [event, ...again.slice(at, at + 1)])
    expect(firstRunOf(drafts, run)).toEqual(run)
    expect(firstRunOf(drafts, [...run, ...again])).toEqual(run)
    expect(firstRunOf(drafts, interleaved)?.map(({ payload }) => payload)).toEqual(
      run.map(({ payload }) => payload),
    )
  })

  it('is not there when events are missing, in another order, or of another command', () => {
    const other = stamped([{ ...NOTE, entity_id: 'WP02' }], [])
    for (const events of [
      run.slice(1),
      run.slice(0, 2),
      [...run, ...again.slice(1)],
      run.toReversed().slice(1),
      [...run, ...other],
      other,
    ])
      expect(firstRunOf(drafts, events)).toBeUndefined()
    expect(firstRunOf([], run)).toBeUndefined()
  })

  it.each([
    ['type', { event_type: 'HeadsJoined' }],
    ['entity', { entity_id: 'WP02' }],
    ['entity type', { entity_type: 'FeatureSpec' }],
    ['payload', { payload: { ...NOTE.payload, text: 'other' } }],
  ])('is not made of an event with another %s', (_, changes) => {
    const [first, ...rest] = run
    expect(firstRunOf(drafts, [{ ...first, ...changes } as LogEvent, ...rest])).toBeUndefined()
  })
})
