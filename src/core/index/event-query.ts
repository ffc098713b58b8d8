import type { EventFilter } from './event-index.js'

export interface EventQuery {
  /** `WHERE …` or empty. Values stand in `parameters` alone, never in the text. */
  readonly where: string
  readonly order: string
  readonly parameters: (string | number)[]
  /** The newest come first and the caller turns them round. */
  readonly reversed: boolean
}

/** The SQL of a filter over the event table. */
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
  const reversed = filter.limit !== undefined && filter.sinceClock === undefined
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

/** A date means the whole day: '~' sorts after every character a timestamp may hold. */
export function endOf(bound: string): string {
  return bound.length === 10 ? `${bound}~` : bound
}
