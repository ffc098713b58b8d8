import { describe, expect, it } from 'vitest'
import { DEFAULT_WORKFLOW, fold, reduceStatuses, type LogEvent, type WorkPackageState } from '../src/index.js'
import { changeOf, event, moved, parsed, rawEvent, ulid } from './support.js'

const create = (id: number, changes: object = {}, parents: number[] = []): LogEvent =>
  event(
    'WPCreated',
    { work_package_id: 'WP01', title: 'Login', dependencies: [], subtasks: ['T001', 'T002'], ...changes },
    { id, clock: id, parents },
  )
const by = (one: LogEvent, actor: string, changes: object = {}): LogEvent => ({ ...one, actor, ...changes })
const work = (id: number, parents: number[]): LogEvent => moved('doing', { id, clock: id, parents })
const note = (id: number, parents: number[]): LogEvent =>
  event('NoteAdded', { text: 'x' }, { id, clock: id, parents })
const state = (events: readonly LogEvent[]): WorkPackageState => {
  const folded = fold(events)
  if (folded === undefined) throw new Error('no package')
  return folded
}

describe('the last sign of life of the one who has a package', () => {
  const at = (minute: number) => `2026-11-22T10:${String(minute).padStart(2, '0')}:00.000Z`
  const sign = (id: number, minute: number) => ({ event_id: ulid(id), timestamp: at(minute) })
  const timed = (one: LogEvent, minute: number, changes: object = {}): LogEvent =>
    ({ ...one, timestamp: at(minute), ...changes }) as LogEvent
  const taken = [timed(create(1), 1), timed(work(2, [1]), 2)]

  it('is the move, and then whatever they write of the package', () => {
    expect(state(taken).lane_sign).toEqual(sign(2, 2))
    expect(state([...taken, timed(note(3, [2]), 3)]).lane_sign).toEqual(sign(3, 3))
  })

  it('is nothing that others write, and nothing of a gate', () => {
    expect(state([...taken, timed(by(note(3, [2]), 'bob'), 3)]).lane_sign).toEqual(sign(2, 2))
    const gate = event(
      'GateCreated',
      { gate_id: 'G1', gate_type: 'review', work_package_id: 'WP01' },
      { id: 3, clock: 3, parents: [] },
    )
    expect(state([...taken, timed(gate, 3)]).lane_sign).toEqual(sign(2, 2))
  })

  it('is of the session that took it, where one did', () => {
    const session = (id: string | null) => ({ correlation_id: id })
    const held = parsed({
      ...rawEvent(
        'WPStatusChanged',
        { old_status: 'planned', new_status: 'doing', session: 's1' },
        { id: 2, clock: 2, parents: [1] },
      ),
      timestamp: at(2),
    })
    const events = [timed(create(1), 1), held]
    expect(state([...events, timed(note(3, [2]), 3, session('s1'))]).lane_sign).toEqual(sign(3, 3))
    expect(state([...events, timed(note(3, [2]), 3, session('s2'))]).lane_sign).toEqual(sign(2, 2))
    expect(state([...events, timed(note(3, [2]), 3, session(null))]).lane_sign).toEqual(sign(2, 2))
  })

  it('is after the move that decides the lane, where that is not the last one', () => {
    // By priority, the earlier of two concurrent moves decides; what its actor wrote after it counts, not before.
    const before = timed(by(note(2, [1]), 'bob'), 2)
    const wins = timed(by(moved('done', { id: 3, clock: 3, parents: [2] }), 'bob'), 3)
    const after = timed(by(note(4, [3]), 'bob'), 4)
    const loses = timed(by(moved('doing', { id: 5, clock: 5, parents: [2] }), 'ada'), 5)
    const events = [timed(create(1), 1), before, wins, loses]
    const options = { statusRule: 'priority' } as const
    const folded = fold(events, options)
    const withSign = fold([...events, after], options)
    expect(folded).toMatchObject({ lane: 'done', lane_sign: sign(3, 3) })
    expect(withSign).toMatchObject({ lane: 'done', lane_sign: sign(4, 4) })
  })
})

describe('who worked on a package last', () => {
  it('is the one who moved it into a lane in which people work, and not who reviews it', () => {
    const review = by(moved('for_review', { id: 3, clock: 3, parents: [2] }, 'doing'), 'bob')
    expect(state([create(1), work(2, [1])]).worker).toEqual({ actor: 'ada', session: null })
    expect(state([create(1), work(2, [1]), review]).worker).toEqual({ actor: 'ada', session: null })
    expect(state([create(1)]).worker).toBeNull()
  })
})

describe('a register that was written without knowing of another write', () => {
  const change = (id: number, payload: object, parents: number[]): LogEvent =>
    parsed(
      rawEvent('WPChanged', { work_package_id: 'WP01', ...changeOf(payload) }, { id, clock: id, parents }),
    )

  it.each([
    [
      'title',
      { title: { old: 'Login', new: 'A' } },
      { title: { old: 'Login', new: 'B' } },
      { title: 'B', priority: 2 },
    ],
    [
      'priority',
      { priority: { old: 2, new: 0 } },
      { priority: { old: 2, new: 1 } },
      { title: 'Login', priority: 1 },
    ],
    [
      'title',
      { title: { old: 'Login', new: 'A' }, priority: { old: 2, new: 0 } },
      { title: { old: 'Login', new: 'B' } },
      { title: 'B', priority: 0 },
    ],
  ])('holds what the last writer wrote, and others what they held: %s', (_, one, other, result) => {
    const events = [create(1, { priority: 2 }), change(2, one, [1]), change(3, other, [1])]
    for (const order of [events, [...events].reverse()]) expect(state(order)).toMatchObject(result)
  })

  it('holds what the last of two creations says, with the default where it says nothing', () => {
    const events = [
      create(1, { title: 'A', priority: 0, file: 'a.md' }),
      create(2, { title: 'B', file: 'a.md' }),
    ]
    expect(state(events)).toMatchObject({ title: 'B', priority: state([create(1)]).priority })
    const first = [
      create(1, { title: 'A', file: 'a.md' }),
      create(2, { title: 'B', priority: 0, file: 'a.md' }),
    ]
    expect(state(first)).toMatchObject({ title: 'B', priority: 0 })
  })

  it('holds the last assignee and the last state of a subtask', () => {
    const assign = (id: number, assignee: string) =>
      event('Assigned', { work_package_id: 'WP01', assignee }, { id, clock: id, parents: [1] })
    expect(state([create(1), assign(2, 'ada'), assign(3, 'bob')]).assignee).toBe('bob')
    const tick = (id: number, done: boolean) =>
      event(
        'SubtaskCompleted',
        { work_package_id: 'WP01', subtask_id: 'T001', done },
        { id, clock: id, parents: [1] },
      )
    expect(state([create(1), tick(2, true), tick(3, false)]).subtasks[0]).toMatchObject({
      id: 'T001',
      done: false,
    })
    expect(state([create(1), tick(2, false), tick(3, true)]).subtasks[0]).toMatchObject({
      id: 'T001',
      done: true,
    })
  })

  it('is named in the order of entities and registers', () => {
    const both = (id: number, name: string) =>
      change(id, { title: { old: 'Login', new: name }, priority: { old: 2, new: name === 'A' ? 0 : 1 } }, [1])
    const moves = ['doing', 'canceled'].map((lane, at) =>
      moved(lane, { id: 4 + at, clock: 4 + at, parents: [1] }),
    )
    const conflicts = state([create(1), both(2, 'A'), both(3, 'B'), ...moves]).conflicts.map(
      ({ register }) => register,
    )
    expect(conflicts).toEqual(['priority', 'status', 'title'])
  })
})

describe('what a package has used', () => {
  it('is the sum of all reports, less what was taken back once', () => {
    const used = (id: number, payload: object) =>
      event('UsageRecorded', payload, { id, clock: id, parents: [id - 1] })
    const events = [
      create(1),
      used(2, { tokens: 5, seconds: 7, cost_usd_micros: 11 }),
      used(3, { tokens: 1, seconds: 2, cost_usd_micros: 3 }),
    ]
    expect(state(events).usage).toEqual({ tokens: 6, seconds: 9, cost_usd_micros: 14 })
    expect(state([create(1), used(2, { tokens: 5 })]).usage).toEqual({
      tokens: 5,
      seconds: 0,
      cost_usd_micros: 0,
    })
  })
})

describe('events of a newer kitty', () => {
  it('are named once per type, sorted, and make no package appear', () => {
    const newer = (id: number, type: string) =>
      parsed(rawEvent(type, {}, { id, clock: id, parents: [id - 1] }))
    const events = [create(1), newer(2, 'WPSplit'), newer(3, 'WPJoined'), newer(4, 'WPSplit')]
    expect(state(events).newer_types).toEqual(['WPJoined', 'WPSplit'])
    expect(state([newer(2, 'WPSplit')])).toMatchObject({ created: false, newer_types: ['WPSplit'] })
  })
})

describe('a gate', () => {
  const gate = (id: number, work_package_id: string, entity = 'G1'): LogEvent =>
    event(
      'GateCreated',
      { gate_id: entity, gate_type: 'review', work_package_id },
      {
        id,
        clock: id,
        entity,
        parents: [],
      },
    )

  it('names its package where nothing else does', () => {
    expect(fold([gate(1, 'WP07')])).toMatchObject({ work_package_id: 'WP07', created: false })
    expect(fold([])).toBeUndefined()
    expect(
      fold([event('SpecCreated', { title: 'x', mission: 'y', created_by: 'z' }, { id: 1 })]),
    ).toBeUndefined()
  })

  it('of another package is none of this one', () => {
    const folded = state([create(1), gate(2, 'WP01'), gate(3, 'WP02', 'G2')])
    expect(folded.gates.map(({ gate_id: id }) => id)).toEqual(['G1'])
  })
})

describe('an audit of moves', () => {
  const audit = (events: readonly LogEvent[]) => reduceStatuses(DEFAULT_WORKFLOW, events)

  it('counts moves only, and has no last one without any', () => {
    expect(audit([create(1), note(2, [1])])).toMatchObject({ eventCount: 0, lastEvent: null, anomalies: [] })
    expect(audit([create(1), work(2, [1]), note(3, [2])])).toMatchObject({
      eventCount: 1,
      lastEvent: ulid(2),
    })
  })

  it('judges by clock, then time, then ID, whatever the order of the lines', () => {
    const at = (second: string) => `2026-11-22T10:00:${second}.000Z`
    const three = (changes: { clock?: number; timestamp?: string }[]) =>
      changes.map((one, at_) =>
        moved(
          ['doing', 'for_review', 'done'][at_] ?? '',
          { id: 9 - at_, clock: 5, ...one },
          ['planned', 'doing', 'for_review'][at_],
        ),
      )
    const byClock = three([{ clock: 1 }, { clock: 2 }, { clock: 10 }])
    for (const order of [byClock, [...byClock].reverse()])
      expect(Object.fromEntries(audit(order).lanes)).toEqual({ WP01: 'done' })
    const last = (events: LogEvent[]) => audit(events).lastEvent
    const byTime = [
      moved('doing', { id: 2, clock: 1, timestamp: at('01') }),
      moved('doing', { id: 1, clock: 1, timestamp: at('02') }),
    ]
    expect([last(byTime), last([...byTime].reverse())]).toEqual([ulid(1), ulid(1)])
    const byId = [moved('doing', { id: 1, clock: 1 }), moved('doing', { id: 2, clock: 1 })]
    expect([last(byId), last([...byId].reverse())]).toEqual([ulid(2), ulid(2)])
  })

  it('says which move does not follow, and why', () => {
    expect(audit([moved('done', { id: 1 }, 'doing')]).anomalies).toEqual([
      { event_id: ulid(1), message: 'WP01 leaves doing while it is in planned' },
    ])
    const [anomaly] = audit([moved('done', { id: 1 }, 'planned')]).anomalies
    expect(anomaly?.message).toContain(
      'WP01 goes from planned to done: WP01 cannot go from planned to done; it can go to ',
    )
  })
})
