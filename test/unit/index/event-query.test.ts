import { describe, expect, it } from 'vitest'
import type { EventFilter } from '../../../src/core/index/event-index.js'
import { eventQuery, isNewestOnly, matchesFilter } from '../../../src/core/index/event-query.js'
import { rowOf } from '../../../src/core/index/index-row.js'
import { note } from '../../support/events.js'

const PLACE = { file: '2026-11-22.jsonl', line: 1, offset: 0, length: 9 }
const AT = '2026-11-22T09:30:00.000Z'
const EVENT = note(5, { causation_id: 'op-1', correlation_id: 'run-1' })
const row = () => rowOf(EVENT, PLACE)
const AFTER = { lamport_clock: 5, event_id: EVENT.event_id }

describe('the query of a filter', () => {
  it('asks for everything in the total order where there is no bound', () => {
    expect(eventQuery({})).toEqual({
      where: '',
      order: 'ORDER BY lamport_clock ASC, event_id ASC',
      parameters: [],
      reversed: false,
    })
  })

  it.each<[EventFilter, string, (string | number)[]]>([
    [{ feature: 'a', entity: 'b' }, 'feature_slug = ? AND entity_id = ?', ['a', 'b']],
    [{ entityType: 'a', type: 'b' }, 'entity_type = ? AND event_type = ?', ['a', 'b']],
    [{ actor: 'a', causation: 'b' }, 'actor = ? AND causation_id = ?', ['a', 'b']],
    [{ correlation: 'a', sinceClock: 7 }, 'correlation_id = ? AND lamport_clock > ?', ['a', 7]],
    [{ from: AT }, 'timestamp >= ? AND date >= ?', [AT, '2026-11-22']],
    [{ to: AT }, 'timestamp <= ? AND date <= ?', [AT, '2026-11-22']],
    [{ to: '2026-11-22' }, 'timestamp <= ? AND date <= ?', ['2026-11-22~', '2026-11-22']],
    [{ after: AFTER }, 'lamport_clock >= ? AND (lamport_clock, event_id) > (?, ?)', [5, 5, EVENT.event_id]],
  ])('for %j has its bounds, and values only as parameters', (filter, where, parameters) => {
    const query = eventQuery(filter)
    expect(query.where).toBe(`WHERE ${where}`)
    expect(query.parameters).toEqual(parameters)
  })

  it('has the newest first where a limit keeps those, and the first ones after a bound', () => {
    expect(eventQuery({ actor: 'a', limit: 3 })).toEqual({
      where: 'WHERE actor = ?',
      order: 'ORDER BY lamport_clock DESC, event_id DESC LIMIT ?',
      parameters: ['a', 3],
      reversed: true,
    })
    expect(eventQuery({ sinceClock: 1, limit: 3 })).toMatchObject({
      order: 'ORDER BY lamport_clock ASC, event_id ASC LIMIT ?',
      parameters: [1, 3],
      reversed: false,
    })
  })

  it('is for the newest only with a limit and no bound to page from', () => {
    expect(isNewestOnly({ limit: 1 })).toBe(true)
    expect(isNewestOnly({})).toBe(false)
    expect(isNewestOnly({ limit: 1, sinceClock: 0 })).toBe(false)
    expect(isNewestOnly({ limit: 1, after: AFTER })).toBe(false)
  })
})

describe('a row', () => {
  const within: EventFilter[] = [
    {},
    { feature: '001-login', entity: 'WP01', entityType: 'WorkPackage', type: 'NoteAdded', actor: 'ada' },
    { causation: 'op-1', correlation: 'run-1' },
    { sinceClock: 4 },
    { after: { ...AFTER, lamport_clock: 4 } },
    { after: { ...AFTER, event_id: '0' } },
    { from: AT, to: AT },
    { from: '2026-11-22', to: '2026-11-22' },
  ]
  const outside: EventFilter[] = [
    { feature: '002-x' },
    { entity: 'WP02' },
    { entityType: 'Gate' },
    { type: 'x' },
    { actor: 'bob' },
    { causation: 'op-2' },
    { correlation: 'run-2' },
    { sinceClock: 5 },
    { after: AFTER },
    { from: '2026-11-22T09:30:00.001Z' },
    { from: '2026-11-23' },
    { to: '2026-11-22T09:29:59.999Z' },
    { to: '2026-11-21' },
  ]

  it.each(within)('is within the bounds of %j', (filter) => {
    expect(matchesFilter(row(), filter)).toBe(true)
  })

  it.each(outside)('is not within the bounds of %j', (filter) => {
    expect(matchesFilter(row(), filter)).toBe(false)
  })
})
