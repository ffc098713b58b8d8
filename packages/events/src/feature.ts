import { withLink } from './apply-event.js'
import { streamConflicts, type Conflict, type MergeOptions } from './conflict.js'
import { distinctEvents } from './distinct.js'
import { isKittyEvent, type EventId, type KittyEvent, type LogEvent, type Timestamp } from './event.js'
import { traceStreams } from './stream.js'
import type { LinkState } from './work-package-state.js'

/** The event that archived a feature. */
export interface Archived {
  readonly event: EventId
  readonly actor: string
  readonly at: Timestamp
  readonly reason: string | null
}

export interface FeatureState {
  readonly feature_slug: string
  /** The slug while no definition is known. */
  readonly title: string
  readonly mission: string
  readonly created_by: string
  readonly created_at: Timestamp
  /** A `SpecCreated` was seen, be it a stub. */
  readonly specified: boolean
  /** Null while the feature is on the board. */
  readonly archived: Archived | null
  /** In order of their first addition. */
  readonly links: readonly LinkState[]
  /** Open ones: concurrent definitions, or an archiving concurrent with a restoration. */
  readonly conflicts: readonly Conflict[]
}

type Draft = { -readonly [Key in keyof FeatureState]: FeatureState[Key] }

/**
 * A feature from its events, in any order and with repetitions: what was last written of it in total order.
 * @returns undefined while nothing was written of the feature itself
 */
export function foldFeature(
  events: Iterable<LogEvent>,
  options: MergeOptions = {},
): FeatureState | undefined {
  const own = distinctEvents(events).events.filter((event) => event.entity_type === 'FeatureSpec')
  const streams = [...traceStreams(own).values()]
  const draft: { state: Draft | undefined } = { state: undefined }
  const twins = new Set(streams.flatMap(({ originalOf }) => [...originalOf.keys()]))
  for (const event of own) if (!twins.has(event.event_id)) draft.state = apply(draft.state, event)
  const { state } = draft
  if (state === undefined) return undefined
  for (const stream of streams) {
    const { conflicts, winners } = streamConflicts(stream, options)
    state.conflicts = [...state.conflicts, ...conflicts.filter((conflict) => conflict.open)]
    for (const { event } of winners) apply(state, event)
  }
  return state
}

function apply(before: Draft | undefined, event: LogEvent): Draft | undefined {
  if (!isKittyEvent(event)) {
    // A redacted definition leaves a feature that is there and has no title.
    return event.event_type === 'SpecCreated' ? { ...(before ?? unnamed(event)), specified: true } : before
  }
  const state = before ?? unnamed(event)
  write(state, event)
  return before === undefined && event.event_type === 'HeadsJoined' ? undefined : state
}

function write(state: Draft, event: KittyEvent): void {
  switch (event.event_type) {
    case 'SpecCreated': {
      const { title, mission, created_by } = event.payload
      Object.assign(state, { title, mission, created_by, created_at: event.timestamp, specified: true })
      return
    }
    case 'FeatureArchived':
      state.archived = {
        event: event.event_id,
        actor: event.actor,
        at: event.timestamp,
        reason: event.payload.reason ?? null,
      }
      return
    case 'FeatureRestored':
      state.archived = null
      return
    case 'LinkAdded':
      state.links = withLink(state.links, event.event_id, event.payload)
      return
    default:
      // No other event is about a feature.
      return
  }
}

function unnamed({ payload, actor, timestamp }: LogEvent): Draft {
  const { feature_slug } = payload
  return {
    feature_slug,
    title: feature_slug,
    mission: '',
    created_by: actor,
    created_at: timestamp,
    specified: false,
    archived: null,
    links: [],
    conflicts: [],
  }
}
