import { distinctEvents } from './distinct.js'
import { isKittyEvent, type EventId, type LogEvent } from './event.js'
import { laneShown, movesFrom, resolveLane, type WorkflowTable } from './workflow.js'

/** A status event that does not follow from the one before it in total order. */
export interface StatusAnomaly {
  readonly event_id: EventId
  readonly message: string
}

export interface StatusReduction {
  /** Work package to lane. */
  readonly lanes: ReadonlyMap<string, string>
  /** Work package to the event that set its lane. */
  readonly lastEvents: ReadonlyMap<string, EventId>
  readonly anomalies: readonly StatusAnomaly[]
  /** Distinct status events, anomalies included. */
  readonly eventCount: number
  readonly lastEvent: EventId | null
}

/**
 * Audits the moves of one feature, in total order and single file: each must leave the lane its work package is
 * in and stand in the table, or be forced. What does not is listed and not applied. This is a check for people
 * to look at; `fold` decides what the board shows.
 * @param start the lane before a first move, `table.initial` when not given
 */
export function reduceStatuses(
  table: WorkflowTable,
  events: Iterable<LogEvent>,
  start: string = table.initial,
): StatusReduction {
  const lanes = new Map<string, string>()
  const lastEvents = new Map<string, EventId>()
  const anomalies: StatusAnomaly[] = []
  let eventCount = 0
  let lastEvent: EventId | null = null
  for (const event of distinctEvents(events).events) {
    if (!isKittyEvent(event) || event.event_type !== 'WPStatusChanged') continue
    eventCount += 1
    lastEvent = event.event_id
    const fault = faultOfMove(table, lanes.get(event.entity_id) ?? start, event.payload)
    if (fault !== undefined) {
      anomalies.push({ event_id: event.event_id, message: `${event.entity_id} ${fault}` })
      continue
    }
    lanes.set(event.entity_id, laneShown(table, event.payload.new_status))
    lastEvents.set(event.entity_id, event.event_id)
  }
  return { lanes, lastEvents, anomalies, eventCount, lastEvent }
}

function faultOfMove(
  table: WorkflowTable,
  lane: string,
  { old_status, new_status, force }: { old_status: string; new_status: string; force?: boolean | null },
): string | undefined {
  const from = resolveLane(table, old_status) ?? old_status
  const to = resolveLane(table, new_status)
  if (to === undefined) return `goes to ${JSON.stringify(new_status)}, which is no lane of this workflow`
  if (from !== lane) return `leaves ${from} while it is in ${lane}`
  const open =
    force === true || movesFrom(table, from).some((move) => move.to === to && move.forcedOnly !== true)
  return open ? undefined : `goes from ${from} to ${to}, which the table does not have`
}
