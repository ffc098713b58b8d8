import { describe, expect, it } from 'vitest'
import {
  isKittyEvent,
  parseEventId,
  PAYLOAD_SCHEMAS,
  type EventId,
  type Guard,
  type KittyEvent,
  type LamportClock,
  type LogEvent,
  type NewEvent,
  type WorkPackageState,
} from '../src/index.js'
import { moved, ulid } from './support.js'

/** Never called: each marked line is one the compiler must refuse, or else it reports an unused expectation. */
export function illegalStates(event: KittyEvent, foreign: LogEvent, state: WorkPackageState): unknown {
  // @ts-expect-error an id comes out of the parser, never out of a plain string
  const id: EventId = '01ARYZ6S41TSV4RRFFQ69G5FAV'
  // @ts-expect-error a clock value comes out of the parser, never out of a plain number
  const clock: LamportClock = 1
  // @ts-expect-error one brand is not another
  const swapped: EventId = event.entity_id
  // @ts-expect-error an event never changes
  event.actor = 'someone else'
  // @ts-expect-error a payload is read only after its type is known
  const text: string = event.payload.text
  // @ts-expect-error a foreign event has no payload anyone may rely on
  const status: string = foreign.payload.new_status
  // @ts-expect-error a state never changes: it is evolved
  state.lane = 'done'
  // @ts-expect-error a move names both lanes
  const half: NewEvent<'WPStatusChanged'>['payload'] = { feature_slug: 'f', new_status: 'doing' }
  // @ts-expect-error a note belongs to a work package
  const misplaced: NewEvent = {
    event_type: 'NoteAdded',
    entity_id: 'G1',
    entity_type: 'Gate',
    payload: { feature_slug: 'f', text: '' },
  }
  const stamped: NewEvent = {
    event_type: 'NoteAdded',
    entity_id: 'WP01',
    entity_type: 'WorkPackage',
    payload: { feature_slug: 'f', text: '' },
    // @ts-expect-error a decider leaves ids, clock and time to the store
    lamport_clock: 1,
  }
  const { NoteAdded, ...incomplete } = PAYLOAD_SCHEMAS
  // @ts-expect-error every event type has its schema
  const schemas: typeof PAYLOAD_SCHEMAS = incomplete
  // @ts-expect-error a refusal is of a known kind
  const guard: Guard['kind'] = 'Whatever'
  return [id, clock, swapped, text, status, half, misplaced, stamped, NoteAdded, schemas, guard]
}

describe('what does compile', () => {
  it('narrows an event to its payload by its type', () => {
    const event = moved('doing', { id: 1 })
    const status =
      isKittyEvent(event) && event.event_type === 'WPStatusChanged' ? event.payload.new_status : undefined
    expect(status).toBe('doing')
    expect(parseEventId(ulid(1))).toBe(event.event_id)
  })
})
