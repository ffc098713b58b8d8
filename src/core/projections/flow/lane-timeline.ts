import {
  fold,
  isKittyEvent,
  type LogEvent,
  laneShown,
  type MergeOptions,
  DEFAULT_WORKFLOW,
} from '../../events-lib.js'

/** A package's arrival in a lane. */
export interface LaneChange {
  readonly lane: string
  /** Who moved it there; null if it appeared in its first lane. */
  readonly actor: string | null
  /** Lamport clock of the event. */
  readonly clock: number
  /** Milliseconds since 1970, never earlier than the package's previous changes: writers' clocks differ. */
  readonly time: number
}

/** Every lane that one package has been in. */
export interface LaneTimeline {
  readonly feature: string
  readonly work_package: string
  /**
   * At least one, in total order; the first is the package's appearance. A lane repeats if another actor took the
   * package over.
   */
  readonly changes: readonly LaneChange[]
}

/**
 * Returns the lanes that every package was in, from the events that moved it: for any clock value, the same as
 * replaying the events up to it.
 * @param events trusted ones, each once, in the total order
 * @returns by feature, then by package
 */
export function laneTimelines(events: readonly LogEvent[], rules: MergeOptions): LaneTimeline[] {
  const histories = new Map<string, LogEvent[]>()
  for (const event of events) {
    const id = packageOf(event)
    if (id === undefined) continue
    const key = `${event.payload.feature_slug}\0${id}`
    const history = histories.get(key)
    if (history === undefined) histories.set(key, [event])
    else history.push(event)
  }
  return [...histories]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, history]) => {
      const [feature = '', work_package = ''] = key.split('\0')
      return { feature, work_package, changes: changesOf(history, rules) }
    })
}

/** Returns the package whose existence an event proves: its own, or the one that a gate was created for. */
function packageOf(event: LogEvent): string | undefined {
  if (event.entity_type === 'WorkPackage') return event.entity_id
  return isKittyEvent(event) && event.event_type === 'GateCreated' ? event.payload.work_package_id : undefined
}

function changesOf(history: readonly LogEvent[], rules: MergeOptions): LaneChange[] {
  const table = rules.table ?? DEFAULT_WORKFLOW
  const changes: LaneChange[] = []
  let time = -Infinity
  const arrive = (event: LogEvent, lane: string, actor: string | null): void => {
    const last = changes.at(-1)
    if (last?.lane === lane && (actor === null || last.actor === actor)) return
    const written = Date.parse(event.timestamp)
    time = Math.max(time, Number.isNaN(written) ? time : written)
    changes.push({ lane, actor, clock: event.lamport_clock, time })
  }
  history.forEach((event, at) => {
    if (at === 0) arrive(event, table.initial, null)
    if (!isKittyEvent(event) || event.event_type !== 'WPStatusChanged') return
    // With the priority rule, a concurrent move may lose to an earlier one: only folding both shows which.
    if (rules.statusRule === 'priority') {
      const state = fold(history.slice(0, at + 1), rules)
      if (state !== undefined) arrive(event, state.lane, state.lane_actor)
    } else arrive(event, laneShown(table, event.payload.new_status), event.actor)
  })
  return changes
}
