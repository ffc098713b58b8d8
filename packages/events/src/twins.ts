import type { Traced } from './order.js'

const PREFIXES = ['import:', 'renumber:'] as const

/** Events of one entity, each import counted once. */
export interface WithoutTwins<Event extends Traced> {
  /** In total order: of events with one import key, the first. */
  readonly events: readonly Event[]
  /** True when any event was imported. */
  readonly imported: boolean
  /** The event that counts, by the id of each that does not. */
  readonly originalOf: ReadonlyMap<string, string>
  /** The parents of those that do not count, by the id of the one that does. */
  readonly parentsOf: ReadonlyMap<string, readonly string[]>
}

const NONE: ReadonlyMap<string, never> = new Map<string, never>()

/**
 * The causation id of an event that was imported or renumbered, which two clones that do the same share; undefined for
 * any other event.
 */
export function importKey({ causation_id }: Pick<Traced, 'causation_id'>): string | undefined {
  if (typeof causation_id !== 'string') return undefined
  return PREFIXES.some((prefix) => causation_id.startsWith(prefix)) ? causation_id : undefined
}

/** The part of an import key that names the item: format, source and item. Parts are percent-encoded. */
export function importedItem(event: Pick<Traced, 'causation_id'>): string | undefined {
  return importKey(event)?.split(':', 4).join(':')
}

/** @param events distinct, in total order, all of one entity */
export function withoutTwins<Event extends Traced>(events: readonly Event[]): WithoutTwins<Event> {
  if (!events.some((event) => importKey(event) !== undefined)) {
    return { events, imported: false, originalOf: NONE, parentsOf: NONE }
  }
  const firstByKey = new Map<string, string>()
  const originalOf = new Map<string, string>()
  const parentsOf = new Map<string, string[]>()
  const counted = events.filter((event) => {
    const key = importKey(event)
    if (key === undefined) return true
    const first = firstByKey.get(key)
    if (first === undefined) {
      firstByKey.set(key, event.event_id)
      return true
    }
    originalOf.set(event.event_id, first)
    parentsOf.set(first, [...(parentsOf.get(first) ?? []), ...(event.parents ?? [])])
    return false
  })
  return { events: counted, imported: true, originalOf, parentsOf }
}
