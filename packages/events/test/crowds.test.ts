import { describe, expect, it } from 'vitest'
import {
  Causality,
  checkNew,
  createRegistry,
  detectConflicts,
  fold,
  joinHeads,
  MAX_PARENTS,
  type LogEvent,
} from '../src/index.js'
import { event, moved, ulid } from './support.js'

const CROWD = 10_000
const LANES = ['doing', 'for_review', 'rejected']

/** That many writers who move one package without knowing of each other. */
function crowd(parents: number[] | undefined, size = CROWD): LogEvent[] {
  const base = event(
    'WPCreated',
    { work_package_id: 'WP01', title: 'Login', dependencies: [], subtasks: [] },
    { id: 1, clock: 1, parents: [] },
  )
  const moves = Array.from({ length: size }, (_, at) =>
    moved(LANES[at % LANES.length] ?? 'doing', { id: at + 2, clock: 2, actor: `a${at}`, parents }),
  )
  return [base, ...moves]
}

describe('ten thousand concurrent moves of one package', () => {
  it.each([
    ['that name their parents', [1]],
    ['of writers that know no parents', undefined],
  ])('%s are one conflict', (_, parents) => {
    // Five times as many as promised: what grows with their square runs out of time and memory here.
    const size = 5 * CROWD
    const events = crowd(parents, size)
    const [conflict] = detectConflicts(events)
    expect(conflict).toMatchObject({ register: 'status', open: true, winner: ulid(size + 1) })
    expect(conflict?.events).toHaveLength(size)
    expect(fold(events)?.conflicts).toEqual([conflict])
  })

  it('can be joined, so that no event names more than a thousand parents, and are settled by the move after that', () => {
    const events = crowd([1])
    const heads = Object.values(fold(events)?.heads ?? {})[0] ?? []
    expect(heads).toHaveLength(CROWD)
    const { joins, rest } = joinHeads(heads)
    expect(joins.map((join) => join.length)).toEqual(Array.from({ length: 10 }, () => MAX_PARENTS))
    expect(rest).toEqual([])
    const joined = joins.map((join, at) => ({
      ...event('HeadsJoined', {}, { id: CROWD + 2 + at, clock: 3 }),
      parents: join,
    }))
    for (const one of joined) expect(checkNew(one, createRegistry())).toEqual([])
    const parents = joined.map((_, at) => CROWD + 2 + at)
    const last = moved('planned', { id: CROWD + 50, clock: 4, parents })
    expect(fold([...events, ...joined])).toMatchObject({ conflicts: [{ open: true }] })
    expect(fold([...events, ...joined, last])).toMatchObject({ lane: 'planned', conflicts: [] })
    expect(new Causality([...events, ...joined, last]).heads(events)).toHaveLength(CROWD)
  })

  it('need a join for what exceeds a thousand, and no more', () => {
    const heads = (count: number) => Array.from({ length: count }, (_, at) => ulid(at + 1))
    expect(joinHeads(heads(1000))).toEqual({ joins: [], rest: heads(1000) })
    const { joins, rest } = joinHeads(heads(1001))
    expect([joins.length, rest.length]).toEqual([1, 1])
    const many = joinHeads(heads(500_000))
    expect(many.joins.length + many.rest.length).toBeLessThanOrEqual(MAX_PARENTS)
  })
})
