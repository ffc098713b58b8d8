import { distinctEvents, type EventClash } from './distinct.js'
import type { LogEvent, PayloadOf } from './event.js'
import { compareEvents, type Ordered } from './order.js'

/** The write that is greatest in total order; undefined only when there is none. */
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

/** Sum in which every id counts once, whatever was repeated. */
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

/** A tag with the ids of the additions that keep it alive. */
export interface LiveTag {
  readonly tag: string
  readonly adds: readonly string[]
}

type TagChange = Pick<PayloadOf['TagsChanged'], 'added' | 'removed'>

/**
 * One step of the observed-remove set: a removal takes away only the additions it names as seen, and only those
 * before it in total order, since it cannot have seen a later one. An event's own additions survive its removals.
 * @returns the live tags by code unit
 */
export function changeTags(
  live: readonly LiveTag[],
  event_id: string,
  { added, removed }: TagChange,
): LiveTag[] {
  const tags = new Map(live.map(({ tag, adds }) => [tag, adds]))
  for (const { tag, seen } of removed) {
    const gone = new Set(seen)
    tags.set(
      tag,
      (tags.get(tag) ?? []).filter((add) => !gone.has(add)),
    )
  }
  for (const tag of new Set(added)) tags.set(tag, [...(tags.get(tag) ?? []), event_id])
  return [...tags]
    .filter(([, adds]) => adds.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([tag, adds]) => ({ tag, adds }))
}

/** Observed-remove set over a whole history, in any order and with repetitions. */
export function observedRemoveSet(changes: Iterable<Ordered & { readonly payload: TagChange }>): LiveTag[] {
  const history = distinctEvents(changes).events
  return history.reduce<LiveTag[]>((live, { event_id, payload }) => changeTags(live, event_id, payload), [])
}

/**
 * The set union of two logs in total order: commutative, associative, idempotent, with the empty log as identity.
 * Use {@link findClashes} to learn of different events that share an id.
 */
export function mergeLogs(a: Iterable<LogEvent>, b: Iterable<LogEvent>): LogEvent[] {
  return distinctEvents([...a, ...b]).events
}

/** Every event that stands aside because a different one with its id was chosen. */
export function findClashes(events: Iterable<LogEvent>): EventClash<LogEvent>[] {
  return distinctEvents(events).clashes
}
