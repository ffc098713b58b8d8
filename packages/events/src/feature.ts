import { streamConflicts, type Conflict, type MergeOptions } from './conflict.js'
import { distinctEvents } from './distinct.js'
import { isKittyEvent, type LogEvent, type Timestamp } from './event.js'
import { traceStreams } from './stream.js'

export interface FeatureState {
  readonly feature_slug: string
  readonly title: string
  readonly mission: string
  readonly created_by: string
  readonly created_at: Timestamp
  /** Definitions that were written at once and do not agree, while no later one has seen them all. */
  readonly conflicts: readonly Conflict[]
}

/**
 * A feature from its events, in any order and with repetitions: the last `SpecCreated` in total order.
 * @returns undefined while there is none
 */
export function foldFeature(
  events: Iterable<LogEvent>,
  options: MergeOptions = {},
): FeatureState | undefined {
  const specs = distinctEvents(events).events.filter((event) => event.entity_type === 'FeatureSpec')
  const conflicts = [...traceStreams(specs).values()].flatMap((stream) => streamConflicts(stream, options))
  const open = conflicts.filter((conflict) => conflict.open)
  let state: FeatureState | undefined
  for (const event of specs) {
    if (!isKittyEvent(event) || event.event_type !== 'SpecCreated') continue
    const { feature_slug, title, mission, created_by } = event.payload
    state = { feature_slug, title, mission, created_by, created_at: event.timestamp, conflicts: open }
  }
  return state
}
