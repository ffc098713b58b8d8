import { createHash } from 'node:crypto'
import { KittyError } from '../errors/kitty-error.js'
import { encodeEvent, type LogEvent, parseEvent, type Registry, tick } from '../events-lib.js'
import { ulidAt } from './foreign-id.js'
import type { ForeignDraft } from './event-store.js'

export interface ForeignSources {
  readonly registry: Registry
  /** The next Lamport value to issue. */
  readonly nextClock: number
  /** IDs of the drafts stamped before, by key; this call adds its own. */
  readonly ids: Map<string, string>
}

/**
 * Turns an import's drafts into events. Deterministic: the same drafts after the same log give the same bytes.
 * @throws KittyError ValidationError when a draft makes no event, or names a key that no earlier draft has
 */
export function stampForeign(drafts: readonly ForeignDraft[], sources: ForeignSources): LogEvent[] {
  let next = sources.nextClock
  return drafts.map((draft) => {
    const issued = tick(next)
    next = issued.next
    const { event_type, event_version, entity_id, entity_type, timestamp, actor, causation_id } = draft
    const payload = draft.refers === true ? withIds(draft.payload, sources.ids) : draft.payload
    const line = {
      event_type,
      event_version,
      lamport_clock: issued.value,
      entity_id,
      entity_type,
      timestamp,
      actor,
      causation_id,
      correlation_id: draft.correlation_id ?? null,
      payload,
      parents: [...(draft.after ?? []).map((key) => idOf(key, sources.ids, draft)), ...draft.parents],
    }
    const event = { event_id: foreignId(timestamp, line), ...line }
    sources.ids.set(causation_id, event.event_id)
    return parsed(event, sources.registry)
  })
}

/** The payload with the IDs of earlier drafts in place of their keys. */
function withIds<Value>(value: Value, ids: ReadonlyMap<string, string>): Value {
  return JSON.parse(JSON.stringify(value), (_, one: unknown) =>
    typeof one === 'string' ? (ids.get(one) ?? one) : one,
  ) as Value // a cast: the same shape, with other strings
}

/** 48 bits of the event's time, 80 bits of SHA-256 of its line without an ID: equal IDs mean equal bytes. */
function foreignId(timestamp: string, line: object): string {
  return ulidAt(Date.parse(timestamp), createHash('sha256').update(encodeEvent(line)).digest())
}

function idOf(parent: string, ids: ReadonlyMap<string, string>, { causation_id }: ForeignDraft): string {
  const id = ids.get(parent)
  if (id !== undefined) return id
  throw new KittyError(
    'ValidationError',
    `The import of ${causation_id} names a parent that was not written: ${parent}.`,
    {
      nextSteps: ['Run the import again.'],
      context: { causation_id, parent },
    },
  )
}

function parsed(candidate: { readonly event_type: string }, registry: Registry): LogEvent {
  const result = parseEvent(candidate, registry)
  if (result.ok) return result.event
  throw new KittyError(
    'ValidationError',
    `The imported ${candidate.event_type} is not valid: ${result.problem.message}.`,
    {
      nextSteps: ['Correct the source and run the import again.'],
      context: { event_type: candidate.event_type, problem: result.problem.kind },
    },
  )
}

/** Events per chunk: one journal record, and the most that an interruption loses. */
const CHUNK_EVENTS = 2_000
/** Each day has its own file, and all files of a chunk are open at the same time. */
const CHUNK_DAYS = 200

/** Splits the drafts into chunks, each written as a whole. */
export function* foreignChunks(drafts: readonly ForeignDraft[]): Generator<readonly ForeignDraft[]> {
  let start = 0
  const days = new Set<string>()
  for (const [at, { timestamp }] of drafts.entries()) {
    const day = timestamp.slice(0, 10)
    if (at - start >= CHUNK_EVENTS || (days.size >= CHUNK_DAYS && !days.has(day))) {
      yield drafts.slice(start, at)
      start = at
      days.clear()
    }
    days.add(day)
  }
  if (start < drafts.length) yield drafts.slice(start)
}
