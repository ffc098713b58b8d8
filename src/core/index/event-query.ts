import { compareEvents } from '../events-lib.js'
import type { EventFilter } from './event-index.js'
import type { IndexRow } from './index-row.js'

export interface EventQuery {
  /** `WHERE …` or empty. Values are only in `parameters`, never in the text. */
  readonly where: string
  readonly order: string
  readonly parameters: (string | number)[]
  /** The newest rows come first, and the caller reverses them. */
  readonly reversed: boolean
}

/** Builds the SQL for a filter over the event table. */
export function eventQuery(filter: EventFilter): EventQuery {
  const conditions: string[] = []
  const parameters: (string | number)[] = []
  const add = (condition: string, value: string | number | undefined): void => {
    if (value === undefined) return
    conditions.push(condition)
    parameters.push(value)
  }
  add('feature_slug = ?', filter.feature)
  add('entity_id = ?', filter.entity)
  add('entity_type = ?', filter.entityType)
  add('event_type = ?', filter.type)
  add('actor = ?', filter.actor)
  add('causation_id = ?', filter.causation)
  add('correlation_id = ?', filter.correlation)
  add('lamport_clock > ?', filter.sinceClock)
  add('timestamp >= ?', filter.from)
  add('timestamp <= ?', filter.to === undefined ? undefined : endOf(filter.to))
  if (filter.from !== undefined) add('date >= ?', filter.from.slice(0, 10))
  if (filter.to !== undefined) add('date <= ?', filter.to.slice(0, 10))
  if (filter.after !== undefined) {
    // Bound the clock separately too: SQLite does not use the key for a row-value comparison.
    add('lamport_clock >= ?', filter.after.lamport_clock)
    conditions.push('(lamport_clock, event_id) > (?, ?)')
    parameters.push(filter.after.lamport_clock, filter.after.event_id)
  }
  const reversed = isNewestOnly(filter)
  const direction = reversed ? 'DESC' : 'ASC'
  const limit = filter.limit === undefined ? '' : ' LIMIT ?'
  if (filter.limit !== undefined) parameters.push(filter.limit)
  return {
    where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`,
    order: `ORDER BY lamport_clock ${direction}, event_id ${direction}${limit}`,
    parameters,
    reversed,
  }
}

/** A date covers the whole day: '~' sorts after every character that a timestamp may hold. */
export function endOf(bound: string): string {
  return bound.length === 10 ? `${bound}~` : bound
}

/** True when a limit keeps the newest rows, false when it keeps the first rows after a bound. */
export function isNewestOnly({ limit, sinceClock, after }: EventFilter): boolean {
  return limit !== undefined && sinceClock === undefined && after === undefined
}

/** True when the row is within every bound of the filter; the caller applies the limit. */
export function matchesFilter(row: IndexRow, filter: EventFilter): boolean {
  return (
    is(row.feature_slug, filter.feature) &&
    is(row.entity_id, filter.entity) &&
    is(row.entity_type, filter.entityType) &&
    is(row.event_type, filter.type) &&
    is(row.actor, filter.actor) &&
    is(row.causation_id, filter.causation) &&
    is(row.correlation_id, filter.correlation) &&
    (filter.sinceClock === undefined || row.lamport_clock > filter.sinceClock) &&
    (filter.after === undefined || compareEvents(row, filter.after) > 0) &&
    (filter.from === undefined || row.timestamp >= filter.from) &&
    (filter.to === undefined || row.timestamp <= endOf(filter.to))
  )
}

function is(value: string | null, wanted: string | undefined): boolean {
  return wanted === undefined || value === wanted
}
