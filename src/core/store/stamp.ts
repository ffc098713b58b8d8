import { entityKey, type LogEvent, parseEvent, type Registry, tick } from '../events-lib.js'
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
}

/**
 * Turns drafts into events: id, clock, parents, time. All of one call share a timestamp, so that one append goes to
 * one file. Pure but for `nextId`.
 * @throws KittyError ValidationError when a draft makes no event: nothing has been written then.
 */
export function stamp(drafts: readonly Draft[], provenance: Provenance, sources: StampSources): LogEvent[] {
  const timestamp = sources.now.toISOString()
  const heads = new Map<string, readonly string[]>()
  let next = sources.nextClock
  return drafts.map((draft) => {
    const issued = tick(next)
    next = issued.next
    const key = entityKey(draft)
    const event = {
      event_id: sources.nextId(sources.now),
      event_type: draft.event_type,
      event_version: draft.event_version ?? sources.registry.definition(draft.event_type)?.version ?? 1,
      lamport_clock: issued.value,
      entity_id: draft.entity_id,
      entity_type: draft.entity_type,
      timestamp,
      actor: provenance.actor,
      causation_id: provenance.causationId,
      correlation_id: provenance.correlationId,
      payload: draft.payload,
      parents: heads.get(key) ?? sources.heads(key),
    }
    heads.set(key, [event.event_id])
    return parsed(event, sources.registry)
  })
}

function parsed(candidate: { readonly event_type: string }, registry: Registry): LogEvent {
  const result = parseEvent(candidate, registry)
  if (result.ok) return result.event
  throw new KittyError(
    'ValidationError',
    `The ${candidate.event_type} event is not valid: ${result.problem.message}`,
    {
      nextSteps: ['Correct the value and run the command again; nothing was written.'],
      context: { event_type: candidate.event_type, problem: result.problem.kind },
    },
  )
}
