import type { LogEvent } from '../events-lib.js'
import type { LogProblem } from '../log/event-log.js'
import type { EventRow } from './sqlite/columns.js'

/** Where one event's line is, and the columns that queries find it by. docs/formats.md, "The index". */
export type IndexRow = EventRow

/** The columns needed to read an event and put it in order: much cheaper than a whole row. */
export type EventPlace = Pick<IndexRow, 'event_id' | 'lamport_clock' | 'file' | 'line' | 'offset' | 'length'>

/** The problem to report for an event whose clock is not trusted. */
export function suspiciousClock({ file, line, lamport_clock }: IndexRow): LogProblem {
  const message = `suspicious clock ${lamport_clock}: far above every other value; kept, not followed, not replayed`
  return { file, line, kind: 'suspicious_clock', message }
}

/** Builds the row of an event whose line was read at the given place. */
export function rowOf(
  event: LogEvent,
  place: { file: string; line: number; offset: number; length: number },
): IndexRow {
  return {
    event_id: event.event_id,
    lamport_clock: event.lamport_clock,
    entity_id: event.entity_id,
    entity_type: event.entity_type,
    event_type: event.event_type,
    feature_slug: event.payload.feature_slug,
    timestamp: event.timestamp,
    date: event.timestamp.slice(0, 10),
    actor: event.actor,
    causation_id: event.causation_id,
    correlation_id: event.correlation_id,
    work_package_id: workPackageOf(event),
    file: place.file,
    line: place.line,
    offset: place.offset,
    length: place.length,
  }
}

function workPackageOf(event: LogEvent): string | null {
  if (event.entity_type === 'WorkPackage') return event.entity_id
  const owner = event.event_type === 'GateCreated' ? event.payload['work_package_id' as never] : undefined
  return typeof owner === 'string' ? owner : null
}
