import { distinctEvents, type EventClash } from './distinct.js'
import type { LogEvent } from './event.js'
import type { ElementRemoval, PayloadOf } from './payloads.js'
import { compareEvents, type Ordered } from './order.js'

/** Returns the greatest write in total order; undefined only when there is none. */
export function lastWriterWins<Write extends Ordered>(heads: Iterable<Write>): Write | undefined {
  let winner: Write | undefined
  for (const write of heads) if (winner === undefined || compareEvents(winner, write) < 0) winner = write
  return winner
}

export interface StateMachineRule<Write> {
  /** Greater wins. */
  readonly priority: ReadonlyMap<string, number>
  stateOf(write: Write): string | undefined
  actorOf(write: Write): string
}

export type StateMachineResult<Write> =
  { readonly ok: true; readonly winner: Write } | { readonly ok: false; readonly message: string }

/** The state of highest priority; among equals the smallest actor by code unit, then the first in input order. */
export function stateMachine<Write>(
  writes: Iterable<Write>,
  rule: StateMachineRule<Write>,
): StateMachineResult<Write> {
  let best: { write: Write; rank: number; actor: string } | undefined
  for (const write of writes) {
    const state = rule.stateOf(write)
    if (state === undefined)
      return { ok: false, message: 'An event holds no state; there is nothing to compare.' }
    const rank = rule.priority.get(state)
    if (rank === undefined) {
      const known = [...rule.priority.keys()].join(', ')
      return { ok: false, message: `State ${JSON.stringify(state)} has no priority; known states: ${known}.` }
    }
    const actor = rule.actorOf(write)
    if (best === undefined || rank > best.rank || (rank === best.rank && actor < best.actor)) {
      best = { write, rank, actor }
    }
  }
  if (best === undefined) return { ok: false, message: 'There is no event to choose from.' }
  return { ok: true, winner: best.write }
}

/** Grow-only set: the union of all additions. */
export function gSet<Item>(additions: Iterable<Iterable<Item>>): Set<Item> {
  const union = new Set<Item>()
  for (const items of additions) for (const item of items) union.add(item)
  return union
}

/** A sum in which every id counts once, however often it is repeated. */
export function counter(amounts: Iterable<{ readonly event_id: string; readonly amount: number }>): number {
  const seen = new Set<string>()
  let sum = 0
  for (const { event_id, amount } of amounts) {
    if (seen.has(event_id)) continue
    seen.add(event_id)
    sum += amount
  }
  return sum
}

/** An element of a set with the ids of the additions that keep it there. */
export interface LiveElement {
  readonly id: string
  readonly adds: readonly string[]
}

/** An observed-remove set between two events. */
export interface ObservedSet {
  /** In order of addition. */
  readonly live: readonly LiveElement[]
  /** Additions that were removed before they were seen: they add nothing when they come. */
  readonly gone: readonly LiveElement[]
}

export const EMPTY_SET: ObservedSet = { live: [], gone: [] }
const FEW = 16

/**
 * One step of an observed-remove set: a removal takes away only the additions that it names as seen, whatever their
 * clocks. An event's own additions survive its own removals.
 */
export function changeSet(
  set: ObservedSet,
  event_id: string,
  { added, removed }: { readonly added: readonly string[]; readonly removed: readonly ElementRemoval[] },
): ObservedSet {
  // Few additions are by far the most frequent case, and need no maps.
  if (removed.length === 0 && set.gone.length === 0 && added.length <= FEW)
    return { live: withAdded(set.live, event_id, added), gone: [] }
  const live = new Map(set.live.map(({ id, adds }) => [id, adds]))
  const gone = new Map(set.gone.map(({ id, adds }) => [id, adds]))
  for (const { id, seen } of removed) {
    const known = live.get(id) ?? []
    const unmet = seen.filter((add) => add !== event_id && !known.includes(add))
    if (known.length > 0) live.set(id, without(known, seen))
    if (unmet.length > 0) gone.set(id, [...new Set([...(gone.get(id) ?? []), ...unmet])])
  }
  for (const id of new Set(added)) {
    if (gone.get(id)?.includes(event_id) === true) continue
    live.set(id, [...(live.get(id) ?? []), event_id])
  }
  return { live: elementsOf(live), gone: elementsOf(gone) }
}

function withAdded(
  live: readonly LiveElement[],
  event_id: string,
  added: readonly string[],
): readonly LiveElement[] {
  const next = [...live]
  for (const id of new Set(added)) {
    const at = next.findIndex((element) => element.id === id)
    if (at < 0) next.push({ id, adds: [event_id] })
    else next[at] = { id, adds: [...(next[at]?.adds ?? []), event_id] }
  }
  return next
}

function without(adds: readonly string[], seen: readonly string[]): readonly string[] {
  const gone = new Set(seen)
  return adds.filter((add) => !gone.has(add))
}

function elementsOf(adds: ReadonlyMap<string, readonly string[]>): LiveElement[] {
  return [...adds].filter(([, ids]) => ids.length > 0).map(([id, ids]) => ({ id, adds: ids }))
}

/** A tag with the ids of the additions that keep it alive. */
export interface LiveTag {
  readonly tag: string
  readonly adds: readonly string[]
}

type TagChange = Pick<PayloadOf['TagsChanged'], 'added' | 'removed'>

/** The tags of a package between two events. */
export interface TagSet {
  /** By code unit. */
  readonly live: readonly LiveTag[]
  /** See {@link ObservedSet.gone}. */
  readonly gone: readonly LiveElement[]
}

/** {@link changeSet} for tags. */
export function changeTags(tags: TagSet, event_id: string, { added, removed }: TagChange): TagSet {
  const set = { live: tags.live.map(({ tag, adds }) => ({ id: tag, adds })), gone: tags.gone }
  const { live, gone } = changeSet(set, event_id, {
    added,
    removed: removed.map(({ tag, seen }) => ({ id: tag, seen })),
  })
  const sorted = live.map(({ id, adds }) => ({ tag: id, adds })).sort((a, b) => (a.tag < b.tag ? -1 : 1))
  return { live: sorted, gone }
}

/** Observed-remove set over a whole history, in any order and with repetitions. */
export function observedRemoveSet(
  changes: Iterable<Ordered & { readonly payload: TagChange }>,
): readonly LiveTag[] {
  const history = distinctEvents(changes).events
  return history.reduce<TagSet>((tags, { event_id, payload }) => changeTags(tags, event_id, payload), {
    live: [],
    gone: [],
  }).live
}

/**
 * The set union of two logs in total order: commutative, associative, idempotent, with the empty log as identity.
 * Use {@link findClashes} to learn of different events that share an id.
 */
export function mergeLogs(a: Iterable<LogEvent>, b: Iterable<LogEvent>): LogEvent[] {
  return distinctEvents([...a, ...b]).events
}

/** Every event that does not count because a different one with its id was chosen. */
export function findClashes(events: Iterable<LogEvent>): EventClash<LogEvent>[] {
  return distinctEvents(events).clashes
}
