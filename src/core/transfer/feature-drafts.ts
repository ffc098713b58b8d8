import type { ForeignDraft } from '../store/event-store.js'
import { importKey, valueHash } from './keys.js'
import type { ImportRequest, ImportTarget } from './import-request.js'
import { actorName } from './proposals.js'
import { singleLine } from './text.js'

/** Prefix of the item part in keys about the feature itself: no item ID begins with it by chance. */
const FEATURE = '~'

/** Tests whether a key's item is the feature itself. */
export function isOfFeature(item: string): boolean {
  return item.startsWith(FEATURE)
}

/** Returns the events about the feature itself that the log lacks: its creation and its notes. */
export function featureDrafts(
  { feature, slug, source, log }: ImportTarget,
  request: ImportRequest,
): ForeignDraft[] {
  const { document, importer, now, faultOf } = request
  const item = `${FEATURE}${feature.id}`
  const drafts: ForeignDraft[] = []
  const written = new Set<string>()
  let previous: string | undefined
  const add = (
    what: string,
    h: string,
    at: string | null,
    by: string | null,
    event_type: string,
    payload: object,
  ): void => {
    const key = importKey({ format: document.format, source, item, what, h })
    if (log.keys.has(key) || written.has(key)) return
    const draft: ForeignDraft = {
      event_type,
      event_version: 1,
      entity_id: slug,
      entity_type: 'FeatureSpec',
      timestamp: at ?? now,
      actor: actorName(by, importer),
      causation_id: key,
      payload: { feature_slug: slug, ...payload },
      parents: [],
      after: previous === undefined ? [] : [previous],
    }
    if (faultOf(draft) !== undefined) return
    drafts.push(draft)
    written.add(key)
    previous = key
  }
  const first = [
    feature.createdAt,
    ...feature.items.map(({ createdAt }) => createdAt),
    ...feature.notes.map(({ at }) => at),
  ]
    .filter((at) => at !== null)
    .reduce<string | null>((least, at) => (least === null || at < least ? at : least), null)
  if (!log.featureEvents.some(({ event_type }) => event_type === 'SpecCreated')) {
    const { title, mission, createdAt, createdBy } = feature
    const created_by = actorName(createdBy, importer)
    add('created', valueHash([title, mission], createdBy, createdAt, null), first, createdBy, 'SpecCreated', {
      title: singleLine(title) || slug,
      mission: mission ?? 'software-dev',
      created_by,
    })
  }
  for (const { id, at, by, text } of feature.notes)
    add('note', id ?? valueHash(text, by, at, null), at, by, 'NoteAdded', { text })
  return drafts
}
