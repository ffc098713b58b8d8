import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyWorkPackage, type LogEvent, type WorkPackageState } from '../../../src/core/events-lib.js'
import { boardRowOf, packRow, unpackRows } from '../../../src/core/index/board-row.js'
import { EventRows } from '../../../src/core/index/event-rows.js'
import { type IndexRow, rowOf, suspiciousClock } from '../../../src/core/index/index-row.js'
import { note } from '../../support/events.js'
import { plainRows } from '../../support/plain-rows.js'

const PLACE = { file: '2026-11-22.jsonl', line: 3, offset: 20, length: 9 }
const row = (event: LogEvent): IndexRow => rowOf(event, PLACE)
const gate = (
  seed: number,
  id: string,
  owner: string,
  changes: Readonly<Record<string, unknown>> = {},
): LogEvent =>
  note(seed, {
    event_type: 'GateCreated',
    entity_type: 'Gate',
    entity_id: id,
    payload: { feature_slug: '001-login', work_package_id: owner, gate_id: id, gate_type: 'tests' },
    ...changes,
  })
const result = (seed: number, id: string): LogEvent =>
  gate(seed, id, '', {
    event_type: 'GateResultChanged',
    payload: { feature_slug: '001-login', gate_id: id, old_status: 'pending', new_status: 'passed' },
  })
const elsewhere = { payload: { feature_slug: '002-x', text: 'hm' } }

describe('the row of an event', () => {
  it('has the columns that queries find it by, and its place', () => {
    expect(row(note(5, { causation_id: 'op-1', correlation_id: 'run-1' }))).toEqual({
      event_id: note(5).event_id,
      lamport_clock: 5,
      entity_id: 'WP01',
      entity_type: 'WorkPackage',
      event_type: 'NoteAdded',
      feature_slug: '001-login',
      timestamp: '2026-11-22T09:30:00.000Z',
      date: '2026-11-22',
      actor: 'ada',
      causation_id: 'op-1',
      correlation_id: 'run-1',
      work_package_id: 'WP01',
      ...PLACE,
    })
  })

  it('names the package that a gate is created for, and none for anything else', () => {
    expect(row(gate(1, 'G1', 'WP02')).work_package_id).toBe('WP02')
    expect(row(result(1, 'G1')).work_package_id).toBeNull()
    expect(row(note(1, { entity_type: 'FeatureSpec' })).work_package_id).toBeNull()
    const odd = { payload: { feature_slug: '001-login', work_package_id: 'WP07' } }
    expect(row(note(1, { event_type: 'x.a.B', entity_type: 'x.a.C', ...odd })).work_package_id).toBeNull()
  })

  it('with a clock far above the others is a problem at its place', () => {
    expect(suspiciousClock(row(note(9)))).toEqual({
      file: PLACE.file,
      line: PLACE.line,
      kind: 'suspicious_clock',
      message: 'suspicious clock 9: far above every other value; kept, not followed, not replayed',
    })
  })
})

describe('rows in memory', () => {
  const filled = (...events: LogEvent[]): EventRows => {
    const rows = new EventRows()
    rows.add(events.map(row))
    return rows
  }
  const clocks = (rows: Iterable<IndexRow>): number[] => [...rows].map(({ lamport_clock }) => lamport_clock)

  it('are in the total order, whatever the order they came in', () => {
    const rows = filled(note(3), note(1))
    expect(clocks(rows.ordered())).toEqual([1, 3])
    rows.add([row(note(2))])
    expect(clocks(rows.ordered())).toEqual([1, 2, 3])
    expect(clocks(rows.all())).toEqual([3, 1, 2])
    rows.remove([row(note(1))])
    expect(clocks(rows.ordered())).toEqual([2, 3])
    rows.replace({ ...row(note(2)), lamport_clock: 9 })
    expect(clocks(rows.ordered())).toEqual([3, 9])
  })

  it('are kept once per ID, and the second one is handed back', () => {
    const rows = filled(note(1))
    const second = { ...row(note(1)), line: 4 }
    expect(rows.add([row(note(2)), second])).toEqual([second])
    expect(rows.get(note(1).event_id)?.line).toBe(3)
    expect(rows.get('none')).toBeUndefined()
  })

  it('are the newest, or the first after a bound, up to the limit', () => {
    const rows = filled(note(1), note(2), note(3), note(4, { actor: 'bob' }))
    expect(clocks(rows.limited({}))).toEqual([1, 2, 3, 4])
    expect(clocks(rows.limited({ limit: 2 }))).toEqual([3, 4])
    expect(clocks(rows.limited({ limit: 9 }))).toEqual([1, 2, 3, 4])
    expect(clocks(rows.limited({ limit: 2, sinceClock: 1 }))).toEqual([2, 3])
    expect(clocks(rows.limited({ limit: 2, actor: 'ada' }))).toEqual([2, 3])
    expect(clocks(rows.matching({ limit: 1, actor: 'ada' }))).toEqual([1, 2, 3])
  })

  it('of a package have those of its gates among them, and no others', () => {
    const rows = filled(
      note(1),
      gate(2, 'G1', 'WP01'),
      gate(3, 'G2', 'WP02'),
      result(4, 'G1'),
      result(5, 'G2'),
      note(6, { entity_id: 'WP02' }),
      note(7, elsewhere),
      note(8, { entity_type: 'FeatureSpec' }),
      note(9, { entity_id: 'G1' }),
      gate(10, 'G1', 'WP01', {
        payload: { feature_slug: '002-x', work_package_id: 'WP01', gate_id: 'G1', gate_type: 'tests' },
      }),
    )
    expect(clocks(rows.ofWorkPackage('001-login', 'WP01'))).toEqual([1, 2, 4])
    expect(clocks(rows.ofWorkPackage('001-login', 'WP02'))).toEqual([3, 5, 6])
    expect(clocks(rows.ofWorkPackage('002-x', 'WP01'))).toEqual([7, 10])
  })

  it('name the package that a gate was created for', () => {
    const rows = filled(
      result(1, 'G2'),
      gate(2, 'G1', 'WP01'),
      gate(3, 'G2', 'WP02'),
      note(4, { entity_id: 'G3' }),
    )
    expect(rows.gateOwner('001-login', 'G1')).toBe('WP01')
    expect(rows.gateOwner('001-login', 'G2')).toBe('WP02')
    expect(rows.gateOwner('001-login', 'G3')).toBeUndefined()
    expect(rows.gateOwner('002-x', 'G1')).toBeUndefined()
  })
})

describe('a row of the board', () => {
  const empty = emptyWorkPackage('001-login', 'WP01', undefined)
  /** A state with everything that a row counts. */
  const state: WorkPackageState = {
    ...empty,
    created: true,
    title: 'A title',
    collision: [{ file: 'tasks/a.md' }, { file: 'tasks/b.md' }],
    tags: [{ tag: 'ui' }],
    subtasks: [{ done: true }, { done: false }, { done: true }],
    gates: [{ status: 'passed' }, { status: 'failed' }, { status: 'pending' }],
    memory: { ...empty.memory, subtasks: { ...empty.memory.subtasks, live: [{ id: 'T1' }, { id: 'T2' }] } },
  } as unknown as WorkPackageState // only what a row shows

  it('counts subtasks and gates, and names files, tags and the definition’s subtasks', () => {
    expect(boardRowOf(state)).toMatchObject({
      collision: ['tasks/a.md', 'tasks/b.md'],
      tags: ['ui'],
      subtasks: { done: 2, total: 3 },
      subtask_ids: ['T1', 'T2'],
      gates: { passed: 1, total: 3 },
    })
  })

  it('comes back as it was stored, equal values or not', () => {
    const [first, second] = [note(1), note(2, { timestamp: '2026-11-23T08:00:00.000Z' })]
    const at = fc.constantFrom(first.timestamp, second.timestamp)
    const event = fc.constantFrom(first.event_id, second.event_id)
    const name = fc.constantFrom('ada', 'ben')
    const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value)
    const list = fc.subarray(['T1', 'T2'])
    const changes = fc.record({
      lane_actor: orNull(name),
      lane_session: orNull(name),
      lane_event: orNull(event),
      lane_since: orNull(at),
      updated_at: orNull(at),
      lane_sign: orNull(fc.record({ event_id: event, timestamp: at })),
      worker: orNull(fc.record({ actor: name, session: orNull(name) })),
      dependencies: list,
      tags: list,
      subtask_ids: list,
      collision: list,
    })
    fc.assert(
      fc.property(fc.array(changes), (changed) => {
        const rows = [boardRowOf(state), ...changed.map((one) => ({ ...boardRowOf(empty), ...one }))]
        expect(plainRows(unpackRows(rows.map(packRow).join(',')))).toEqual(rows)
      }),
    )
  })
})
