import { MAX_PARENTS } from './check-new.js'
import { utf8Length } from './encode.js'

/** Most bytes that the parents of an event take in its line. As many ULIDs as it may name take fewer. */
const MAX_PARENTS_BYTES = 32 * 1024
/** A ULID in a list, with its quotes and its comma. */
const ULID_BYTES = 29

/** How a writer names more heads than one event can. */
export interface JoinedHeads<Id extends string> {
  /** The parents of one `HeadsJoined` each, to be written before the event. */
  readonly joins: readonly (readonly Id[])[]
  /** Heads that the event names itself, in addition to the ids of the joins. */
  readonly rest: readonly Id[]
}

/**
 * Divides the heads of an entity, so that neither a join nor the event itself names more parents than may be written,
 * nor so many long ids of other programs that no room is left in the line.
 * @param heads up to a million, the square of {@link MAX_PARENTS}; of the longest ids fewer
 */
export function joinHeads<Id extends string>(heads: readonly Id[], most = MAX_PARENTS): JoinedHeads<Id> {
  const sizes = heads.map(bytesInList)
  const isTooMuch = (ids: number, bytes: number): boolean => ids > most || bytes > MAX_PARENTS_BYTES
  const joins: (readonly Id[])[] = []
  let at = 0
  let left = sizes.reduce((sum, size) => sum + size, 0)
  // What is left, and one id per join, must fit into the event.
  while (at < heads.length && isTooMuch(heads.length - at + joins.length, left + joins.length * ULID_BYTES)) {
    const from = at
    let taken = 0
    do {
      taken += sizes[at] ?? 0
      at += 1
    } while (at < heads.length && !isTooMuch(at - from + 1, taken + (sizes[at] ?? 0)))
    joins.push(heads.slice(from, at))
    left -= taken
  }
  return { joins, rest: heads.slice(at) }
}

function bytesInList(id: string): number {
  return utf8Length(JSON.stringify(id)) + 1
}
