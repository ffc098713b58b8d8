import { secretIn } from '../errors/secrets.js'
import { checkNew, encodeEvent, type Registry } from '../events-lib.js'
import type { ForeignDraft } from '../store/event-store.js'

/** Placeholder for what a draft lacks: its ID, its clock, and IDs in place of import keys. */
const ANY_ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV'

/** Explains in words why a draft must not become an event; undefined if it may. A secret is named only by its kind. */
export function draftFault(draft: ForeignDraft, registry: Registry): string | undefined {
  const event = {
    event_id: ANY_ID,
    event_type: draft.event_type,
    event_version: draft.event_version,
    lamport_clock: Number.MAX_SAFE_INTEGER,
    entity_id: draft.entity_id,
    entity_type: draft.entity_type,
    timestamp: draft.timestamp,
    actor: draft.actor,
    causation_id: draft.causation_id,
    correlation_id: null,
    payload: draft.payload,
    parents: [...(draft.after ?? []), ...draft.parents].map(() => ANY_ID),
  }
  const line = encodeEvent(event)
  const secret = secretIn(line)
  if (secret !== undefined)
    return `holds what looks like ${secret} and was not imported; remove it there and have it revoked`
  const [fault] = checkNew(event, registry, Buffer.byteLength(line))
  return fault === undefined ? undefined : `was not imported: ${fault}`
}
