import {
  entityKey,
  isEntityType,
  joinHeads,
  type LogEvent,
  MAX_PARENTS,
  parseEvent,
  type Registry,
  tick,
} from '../events-lib.js'
import { KittyError } from '../errors/kitty-error.js'
import type { Draft, Provenance } from './event-store.js'

export interface StampSources {
  readonly registry: Registry
  /** The next Lamport value to issue. */
  readonly nextClock: number
  readonly now: Date
  nextId(now: Date): string
  /** Heads of an entity's history, by `entityKey`. */
  heads(key: string): readonly string[]
  /** How many leading drafts the operation brings along; they do not get its causation ID. */
  readonly brought?: number
}

/**
 * Turns drafts into events with ID, clock, parents and time. All events of one call share a timestamp, so that one
 * append goes to one file. When an entity has more heads than one event may name, `HeadsJoined` events that join them
 * come first. Pure except for `nextId`.
 * @throws KittyError ValidationError when a draft makes no event; nothing has been written then
 */
export function stamp(drafts: readonly Draft[], provenance: Provenance, sources: StampSources): LogEvent[] {
  const timestamp = sources.now.toISOString()
  const heads = new Map<string, readonly string[]>()
  let next = sources.nextClock
  const stamped = (draft: Draft, causation_id: string | null, parents: readonly string[]): LogEvent => {
    const issued = tick(next)
    next = issued.next
    const event = {
      event_id: sources.nextId(sources.now),
      event_type: draft.event_type,
      event_version: draft.event_version ?? sources.registry.versionFor(draft.event_type, draft.payload),
      lamport_clock: issued.value,
      entity_id: draft.entity_id,
      entity_type: draft.entity_type,
      timestamp,
      actor: provenance.actor,
      causation_id,
      correlation_id: provenance.correlationId,
      payload: draft.payload,
      parents,
    }
    return parsed(event, sources.registry)
  }
  return drafts.flatMap((draft, at) => {
    const key = entityKey(draft)
    const known = heads.get(key) ?? sources.heads(key)
    // A plugin's own entities cannot be joined, so we use their newest heads.
    const { joins, rest } = joinHeads(isEntityType(draft.entity_type) ? known : known.slice(-MAX_PARENTS))
    const joined = joins.map((parents) => stamped(headsJoined(draft), null, parents))
    const parents = [...joined.map(({ event_id }) => event_id), ...rest]
    const isBrought = at < (sources.brought ?? 0)
    const event = stamped(draft, isBrought ? null : provenance.causationId, parents)
    heads.set(key, [event.event_id])
    return [...joined, event]
  })
}

function headsJoined({ entity_id, entity_type, payload: { feature_slug } }: Draft): Draft {
  // Cast: each of kitty's own entity types has such an event.
  return { event_type: 'HeadsJoined', entity_id, entity_type, payload: { feature_slug } } as Draft
}

function parsed(candidate: { readonly event_type: string }, registry: Registry): LogEvent {
  const result = parseEvent(candidate, registry)
  if (result.ok) return result.event
  throw new KittyError(
    'ValidationError',
    `The ${candidate.event_type} event is not valid: ${result.problem.message}.`,
    {
      nextSteps: ['Correct the value and run the command again; nothing was written.'],
      context: { event_type: candidate.event_type, problem: result.problem.kind },
    },
  )
}

/**
 * Finds the first run of these drafts among the events of one key. A command that ran once on each of two branches has
 * its events twice after the merge, one run between the events of the other.
 * @param events sorted
 * @returns undefined unless the events are whole runs and nothing else
 */
export function firstRunOf(
  drafts: readonly Draft[],
  events: readonly LogEvent[],
): readonly LogEvent[] | undefined {
  let first: readonly LogEvent[] | undefined
  let left = events
  while (left.length > 0) {
    const run = runIn(drafts, left)
    if (run === undefined) return undefined
    first ??= run
    left = left.filter((event) => !run.includes(event))
  }
  return first
}

/** The first events, in this order, that are what the drafts would become. */
function runIn(drafts: readonly Draft[], events: readonly LogEvent[]): readonly LogEvent[] | undefined {
  const run: LogEvent[] = []
  for (const event of events) {
    const draft = drafts[run.length]
    if (draft !== undefined && isEventOf(draft, event)) run.push(event)
  }
  return run.length > 0 && run.length === drafts.length ? run : undefined
}

function isEventOf(draft: Draft, event: LogEvent): boolean {
  return (
    event.event_type === draft.event_type &&
    event.entity_type === draft.entity_type &&
    event.entity_id === draft.entity_id &&
    JSON.stringify(event.payload) === JSON.stringify(draft.payload)
  )
}
