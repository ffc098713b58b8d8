import { Causality, entityKey, type LogEvent } from '../events-lib.js'
import type { EventIndex } from '../index/event-index.js'
import type { EventPlace } from '../index/index-row.js'
import type { Draft } from './event-store.js'

type EventsAt = (rows: readonly EventPlace[]) => LogEvent[]

/** Returns the heads of each draft's entity, by `entityKey`: the parents of the entity's next event. */
export async function headsOf(
  drafts: readonly Draft[],
  index: EventIndex,
  eventsAt: EventsAt,
): Promise<Map<string, string[]>> {
  const heads = new Map<string, string[]>()
  for (const draft of drafts) {
    const key = entityKey(draft)
    if (!heads.has(key)) heads.set(key, await headsOfEntity(draft, index, eventsAt))
  }
  return heads
}

async function headsOfEntity(draft: Draft, index: EventIndex, eventsAt: EventsAt): Promise<string[]> {
  const feature = draft.payload.feature_slug
  const owner =
    draft.entity_type === 'Gate' ? await index.gateOwner(feature, draft.entity_id) : draft.entity_id
  if (draft.entity_type === 'WorkPackage' || draft.entity_type === 'Gate') {
    const state = owner === undefined ? undefined : await index.workPackage(feature, owner)
    return [...(state?.heads[entityKey(draft)] ?? [])]
  }
  const events = eventsAt(
    await index.locate({ feature, entity: draft.entity_id, entityType: draft.entity_type }),
  )
  return new Causality(events).heads(events).map((event) => event.event_id)
}
