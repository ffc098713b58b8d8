import { MAX_PARENTS } from './check-new.js'

/** How a writer names more heads than one event can. */
export interface JoinedHeads<Id extends string> {
  /** The parents of one `HeadsJoined` each, to be written before the event. */
  readonly joins: readonly (readonly Id[])[]
  /** Heads that the event names itself, in addition to the ids of the joins. */
  readonly rest: readonly Id[]
}

/**
 * Divides the heads of an entity, so that neither a join nor the event itself names more parents than may be written.
 * @param heads up to a million, the square of {@link MAX_PARENTS}
 */
export function joinHeads<Id extends string>(heads: readonly Id[], most = MAX_PARENTS): JoinedHeads<Id> {
  if (heads.length <= most) return { joins: [], rest: heads }
  const joins: (readonly Id[])[] = []
  let at = 0
  // What is left, and one id per join, must fit into the event.
  for (; heads.length - at + joins.length > most && at < heads.length; at += most)
    joins.push(heads.slice(at, at + most))
  return { joins, rest: heads.slice(at) }
}
