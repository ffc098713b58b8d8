import {
  createRegistry,
  encodeEvent,
  type EventTypeDefinition,
  type LogEvent,
  parseEvent,
  type Registry,
} from '../../events-lib.js'
import type { Draft } from '../../store/event-store.js'
import { ulid } from './notes.js'

const START = Date.UTC(2026, 0, 5, 9)
const MINUTE = 60_000

export interface StampOptions {
  readonly actor?: string
  /** Those of a plugin's definition: checks its events, and brings older ones up to date, as reading the log does. */
  readonly eventTypes?: readonly EventTypeDefinition[]
  /** Clock of the first event. */
  readonly from?: number
}

/**
 * Events as the log would hold them, the same every time: clocks 1, 2, 3 …, one minute apart.
 * @throws Error saying why a draft is not a valid event
 */
export function stamped(
  drafts: readonly Draft[],
  { actor = 'ada', eventTypes = [], from = 1 }: StampOptions = {},
): LogEvent[] {
  const registry = createRegistry(eventTypes)
  return drafts.map((draft, at) => {
    const clock = from + at
    const candidate = {
      ...draft,
      event_id: ulid(clock),
      event_version: draft.event_version ?? 1,
      lamport_clock: clock,
      timestamp: new Date(START + clock * MINUTE).toISOString(),
      actor,
      causation_id: null,
      correlation_id: null,
    }
    const result = parseEvent(candidate, registry)
    if (!result.ok) throw new Error(`${draft.event_type} is no event: ${result.problem.message}`)
    return result.event
  })
}

/** The event as another process reads it, after a round trip through the bytes of the log. */
export function reread(event: LogEvent, registry?: Registry): LogEvent {
  const result = parseEvent(JSON.parse(encodeEvent(event)), registry)
  if (!result.ok)
    throw new Error(`${event.event_type} does not come back out of the log: ${result.problem.message}`)
  return result.event
}
