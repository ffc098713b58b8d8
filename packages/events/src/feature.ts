import { distinctEvents } from './distinct.js'
import { isKittyEvent, type LogEvent, type Timestamp } from './event.js'

export interface FeatureState {
  readonly feature_slug: string
  readonly title: string
  readonly mission: string
  readonly created_by: string
  readonly created_at: Timestamp
}

/**
 * A feature from its events, in any order and with repetitions: the last `SpecCreated` in total order.
 * @returns undefined while there is none
 */
export function foldFeature(events: Iterable<LogEvent>): FeatureState | undefined {
  let state: FeatureState | undefined
  for (const event of distinctEvents(events).events) {
    if (!isKittyEvent(event) || event.event_type !== 'SpecCreated') continue
    const { feature_slug, title, mission, created_by } = event.payload
    state = { feature_slug, title, mission, created_by, created_at: event.timestamp }
  }
  return state
}
