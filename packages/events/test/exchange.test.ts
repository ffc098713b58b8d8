import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Causality,
  contestedWrites,
  detectConflicts,
  entityKey,
  fold,
  isKittyEvent,
  mergeLogs,
  outcomeOf,
  type LogEvent,
} from '../src/index.js'
import { bruteHeads, disturbed, histories } from './histories.js'
import { event, parsed, ulid } from './support.js'

const WRITERS = 3

/** One thing that happens among writers with a log each: a writer appends, or takes over another's log. */
const happening = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      writer: fc.nat(WRITERS - 1),
      entity: fc.nat(1),
      lane: fc.constantFrom('doing', 'done'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ from: fc.nat(WRITERS - 1), to: fc.nat(WRITERS - 1) }) },
)

interface World {
  readonly logs: LogEvent[][]
  /** Ids of what each event's writer had in its log: the truth that `parents` have to tell. */
  readonly seen: Map<string, ReadonlySet<string>>
}

/** Plays what happens, with writers who stamp as the store does: the clock above all they have, the heads as parents. */
function play(
  happenings: readonly (typeof happening extends fc.Arbitrary<infer Value> ? Value : never)[],
): World {
  const world: World = { logs: Array.from({ length: WRITERS }, () => []), seen: new Map() }
  for (const one of happenings) {
    if ('from' in one) {
      world.logs[one.to] = mergeLogs(world.logs[one.to] ?? [], world.logs[one.from] ?? [])
      continue
    }
    const log = world.logs[one.writer] ?? []
    const entity = `WP0${one.entity + 1}`
    const id = world.seen.size + 1
    const bare = event(
      'WPStatusChanged',
      { old_status: 'planned', new_status: one.lane },
      { id, entity, actor: `w${one.writer}` },
    )
    const own = log.filter((other) => entityKey(other) === entityKey(bare))
    const lamport_clock = 1 + Math.max(0, ...log.map((other) => other.lamport_clock))
    const stamped = parsed({ ...bare, lamport_clock, parents: bruteHeads(own).map((head) => head.event_id) })
    world.seen.set(ulid(id), new Set(own.map((other) => other.event_id)))
    world.logs[one.writer] = [...log, stamped]
  }
  return world
}

const worlds = fc.array(happening, { minLength: 1, maxLength: 24 }).map(play)

function concurrent({ seen }: World, a: LogEvent, b: LogEvent): boolean {
  if (a === b || entityKey(a) !== entityKey(b)) return false
  return seen.get(a.event_id)?.has(b.event_id) === false && seen.get(b.event_id)?.has(a.event_id) === false
}

describe('writers who exchange their logs', () => {
  it('isConcurrent says exactly which of their events were written without knowing of each other', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const all = world.logs.reduce(mergeLogs, [])
        for (const log of [...world.logs, all]) {
          const causality = new Causality(log)
          for (const a of log) {
            for (const b of log) {
              expect(causality.isConcurrent(a, b)).toBe(concurrent(world, a, b))
              expect(causality.happenedBefore(a, b)).toBe(world.seen.get(b.event_id)?.has(a.event_id))
            }
          }
        }
      }),
    )
  })

  it('the last moves of the writers stand in one open conflict exactly when they do not agree', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const all = world.logs.reduce(mergeLogs, [])
        const open = detectConflicts(all).filter((conflict) => conflict.open)
        for (const entity of ['WP01', 'WP02']) {
          const own = all.filter(({ entity_id }) => entity_id === entity)
          const heads = own.filter((a) => !own.some((b) => world.seen.get(b.event_id)?.has(a.event_id)))
          const outcomes = new Set(
            heads.flatMap((one) => (isKittyEvent(one) ? contestedWrites(one).map(outcomeOf) : [])),
          )
          const named = open.filter(({ entity_id }) => entity_id === entity)
          expect(named.map(({ events }) => events.map(({ event_id }) => event_id))).toEqual(
            outcomes.size < 2 ? [] : [heads.map(({ event_id }) => event_id)],
          )
        }
      }),
    )
  })

  it('a log cut into parts, overlapping ones too, and merged in any order, replays to the same state', () => {
    const cut = histories.chain((history) =>
      fc.tuple(fc.constant(history), fc.array(fc.subarray(history), { maxLength: 4 }), disturbed(history)),
    )
    fc.assert(
      fc.property(cut, ([history, parts, mess]) => {
        const covered = new Set(parts.flat())
        const rest = history.filter((one) => !covered.has(one))
        const merged = [rest, ...parts].reduce<LogEvent[]>(mergeLogs, [])
        const backwards = [...parts, rest].reduceRight<LogEvent[]>((log, part) => mergeLogs(part, log), [])
        expect(fold(merged)).toEqual(fold(history))
        expect(fold(backwards)).toEqual(fold(history))
        expect(fold(mess)).toEqual(fold(history))
        expect(detectConflicts(merged)).toEqual(detectConflicts(history))
      }),
    )
  })
})
