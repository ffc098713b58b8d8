import { distinctEvents } from './distinct.js'
import { isKittyEvent, type EventId, type KittyEvent, type LogEvent } from './event.js'
import { GUARDS } from './guards.js'
import { moveViolations, type Guards } from './violations.js'
import { emptyWorkPackage } from './work-package-state.js'
import { isInTable, laneShown, resolveLane, type WorkflowTable } from './workflow.js'

/** A status event that does not follow from the ones before it. */
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

export interface ReductionOptions {
  /**
   * The lane before a first move, `table.initial` when not given. A name that the table lacks stands for no lane: a
   * first move then has to lead to one of `table.entry`.
   */
  readonly start?: string
  readonly guards?: Guards
}

type Move = Extract<KittyEvent, { event_type: 'WPStatusChanged' }>

/**
 * Audits the moves of one feature in the order (clock, timestamp, id). Moves of one clock value did not know of each
 * other: each is judged against the lanes before them, and those that send work back from a review come last, so that
 * a review outlasts concurrent progress. A move must leave the lane its work package is in, unless it is
 * forced, and pass the table and the guards that its own payload can answer. A move that does not is listed and not
 * applied. This a check for people to look at; `fold` decides what the board shows.
 */
export function reduceStatuses(
  table: WorkflowTable,
  events: Iterable<LogEvent>,
  { start = table.initial, guards = GUARDS }: ReductionOptions = {},
): StatusReduction {
  const moves = distinctEvents(events).events.filter(isMove).sort(byClockAndTime)
  const lanes = new Map<string, string>()
  const lastEvents = new Map<string, EventId>()
  const anomalies: StatusAnomaly[] = []
  for (const group of ofOneClock(moves)) {
    const [first] = group
    // A group is about one work package, so no other group changes this lane in between.
    const lane = (first && lanes.get(first.entity_id)) ?? start
    for (const move of rollbacksLast(group, table)) {
      const fault = faultOf(move, lane, table, guards)
      if (fault !== undefined) {
        anomalies.push({ event_id: move.event_id, message: `${move.entity_id} ${fault}` })
        continue
      }
      lanes.set(move.entity_id, laneShown(table, move.payload.new_status))
      lastEvents.set(move.entity_id, move.event_id)
    }
  }
  return { lanes, lastEvents, anomalies, eventCount: moves.length, lastEvent: moves.at(-1)?.event_id ?? null }
}

function isMove(event: LogEvent): event is Move {
  return isKittyEvent(event) && event.event_type === 'WPStatusChanged'
}

function byClockAndTime(a: Move, b: Move): number {
  if (a.lamport_clock !== b.lamport_clock) return a.lamport_clock - b.lamport_clock
  if (a.timestamp !== b.timestamp) return a.timestamp < b.timestamp ? -1 : 1
  return a.event_id < b.event_id ? -1 : 1
}

/** The moves of each clock value and work package, in order of their first appearance. */
function ofOneClock(moves: readonly Move[]): Iterable<Move[]> {
  const groups = new Map<string, Move[]>()
  for (const move of moves) {
    const key = `${move.lamport_clock} ${move.entity_id}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [move])
    else group.push(move)
  }
  return groups.values()
}

function rollbacksLast(group: readonly Move[], table: WorkflowTable): Move[] {
  const isBack = (move: Move) => isRollback(move, table)
  return [...group.filter((move) => !isBack(move)), ...group.filter(isBack)]
}

/** Out of a review, back to where the work is done or begins. */
function isRollback({ payload }: Move, table: WorkflowTable): boolean {
  const from = laneShown(table, payload.old_status)
  const to = laneShown(table, payload.new_status)
  const isWork = to === table.initial || table.working.includes(to)
  return from.split('_').includes('review') && isWork && table.lanes.indexOf(to) < table.lanes.indexOf(from)
}

function faultOf(
  { payload, actor, entity_id }: Move,
  lane: string,
  table: WorkflowTable,
  guards: Guards,
): string | undefined {
  const from = resolveLane(table, payload.old_status) ?? payload.old_status
  const force = payload.force === true
  if (from !== lane && !force) return `leaves ${from} while it is in ${lane}`
  const state = { ...emptyWorkPackage(payload.feature_slug, entity_id, table), lane: from }
  const [first] = moveViolations(
    { ...table, conditions: [] },
    isInTable(table, from) ? from : null,
    {
      state,
      to: payload.new_status,
      actor,
      force,
      reason: payload.reason ?? null,
      review_ref: payload.review?.reference ?? null,
      evidence: payload.evidence !== undefined && payload.evidence !== null,
      dependencies: [],
    },
    guards,
  )
  return first && `goes from ${from} to ${payload.new_status}: ${first.message}`
}
