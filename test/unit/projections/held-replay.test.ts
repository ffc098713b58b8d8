import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LogEvent, parseEvent, stubOf } from '../../../src/core/events-lib.js'
import { HeldEvents, HeldLog } from '../../../src/core/projections/held-events.js'
import { conflictName, openConflicts } from '../../../src/core/projections/conflicts.js'
import { replay } from '../../../src/core/projections/replay.js'
import { boardChanges } from '../../../src/core/services/merge/board-changes.js'
import { ulid } from '../../support/events.js'

const sketch = fc.record({
  feature: fc.constantFrom('001-demo', '002-other'),
  entity: fc.constantFrom('WP01', 'WP02', 'WP03'),
  gate: fc.constantFrom('G1', 'G2'),
  kind: fc.constantFrom('created', 'moved', 'moved', 'spec', 'gate', 'result', 'note'),
  lane: fc.constantFrom('doing', 'for_review', 'done'),
  parents: fc.array(fc.nat(30), { maxLength: 2 }),
  clock: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.constantFrom(900_000, 1_700_000, 2_500_000)),
  isStub: fc.nat(9),
  /** Another line of the event before it. */
  isRival: fc.nat(12),
  side: fc.constantFrom('ours', 'theirs', 'both', 'both'),
})
type Sketch = typeof sketch extends fc.Arbitrary<infer Value> ? Value : never

/** A package that neither log creates is named by the gates of others. */
const EVERYWHERE: Omit<Sketch, 'entity' | 'feature'> = {
  gate: 'G1',
  kind: 'note',
  lane: 'doing',
  parents: [],
  clock: 0,
  isStub: 1,
  isRival: 1,
  side: 'both',
}

function payloadOf({
  entity,
  gate,
  kind,
  lane,
}: Sketch): [type: string, entityType: string, id: string, object] {
  const work_package_id = entity
  switch (kind) {
    case 'created':
      return [
        'WPCreated',
        'WorkPackage',
        entity,
        { work_package_id, title: lane, dependencies: [], subtasks: [] },
      ]
    case 'moved':
      return ['WPStatusChanged', 'WorkPackage', entity, { old_status: 'planned', new_status: lane }]
    case 'spec':
      return ['SpecCreated', 'FeatureSpec', lane, { title: lane, mission: 'software-dev', created_by: 'ada' }]
    case 'gate':
      return ['GateCreated', 'Gate', gate, { work_package_id, gate_id: gate, gate_type: 'REVIEW' }]
    case 'result':
      return [
        'GateResultChanged',
        'Gate',
        gate,
        { gate_id: gate, old_status: 'pending', new_status: 'passed' },
      ]
    case 'note':
      return ['NoteAdded', 'WorkPackage', entity, { text: lane }]
  }
}

function eventsOf(sketches: readonly Sketch[]): { event: LogEvent; side: Sketch['side'] }[] {
  const made: { event: LogEvent; side: Sketch['side'] }[] = []
  const packages = (['WP01', 'WP02', 'WP03'] as const).flatMap((entity) =>
    (['001-demo', '002-other'] as const).map((feature): Sketch => ({ ...EVERYWHERE, entity, feature })),
  )
  for (const [at, one] of [...packages, ...sketches].entries()) {
    const [event_type, entity_type, entity_id, payload] = payloadOf(one)
    const isRival = one.isRival === 0 && at > packages.length
    const result = parseEvent({
      event_id: ulid(isRival ? at : at + 1),
      event_type,
      event_version: 1,
      lamport_clock: at + 1 + one.clock,
      entity_id,
      entity_type,
      timestamp: `2026-11-22T10:00:${String(at % 60).padStart(2, '0')}.000Z`,
      actor: at % 2 === 0 ? 'ada' : 'bob',
      causation_id: null,
      correlation_id: null,
      payload: { feature_slug: one.feature, ...payload },
      parents: one.parents.flatMap((back) => (back < at ? [ulid(back + 1)] : [])),
    })
    if (!result.ok) throw new Error(result.problem.message)
    made.push({ event: one.isStub === 0 ? stubOf(result.event, 'a name') : result.event, side: one.side })
  }
  return made
}

const STUB: Sketch = {
  ...EVERYWHERE,
  feature: '001-demo',
  entity: 'WP01',
  kind: 'created',
  isStub: 0,
  side: 'ours',
}
const FAR_AHEAD: Sketch = { ...STUB, kind: 'moved', clock: 1_700_000, isStub: 1 }
/** Theirs would fill the gap below the move, and a line of ours outdoes it. */
const OUTDONE_IN_THE_GAP: Sketch[] = [
  FAR_AHEAD,
  { ...STUB, isRival: 0 },
  { ...STUB, clock: 900_000, side: 'theirs' },
  { ...STUB, isRival: 0 },
]
/** Ours fills the gap below the move, and a line of theirs outdoes it. */
const OUTDOES_THE_GAP: Sketch[] = [
  FAR_AHEAD,
  { ...STUB, entity: 'WP03', clock: 900_000 },
  { ...STUB, entity: 'WP03', isRival: 0, side: 'theirs' },
]

/** The same by its definition: two whole boards, compared. */
function byWholeReplay(ours: readonly LogEvent[], theirs: readonly LogEvent[]): object {
  const [before, after] = [replay(ours, {}), replay([...ours, ...theirs], {})]
  const known = new Set<string>(ours.map(({ event_id }) => event_id))
  const nameOf = (one: { feature_slug: string; work_package_id: string }): string =>
    `${one.feature_slug}/${one.work_package_id}`
  const lanes = new Map(before.states.map((state) => [nameOf(state), state.lane]))
  const [now, then] = [before, after].map(({ states, features }) => openConflicts(states, features))
  const without = (some: typeof now = [], others: typeof now = []): string[] => {
    const names = new Set(others.map(conflictName))
    return some.map(conflictName).filter((name) => !names.has(name))
  }
  return {
    new_events: new Set(theirs.map(({ event_id }) => event_id).filter((id) => !known.has(id))).size,
    changes: after.states.flatMap((state) => {
      const from = lanes.get(nameOf(state)) ?? null
      return from === state.lane ? [] : [[nameOf(state), state.title, from, state.lane, state.lane_event]]
    }),
    conflicts: without(then, now),
    settled: without(now, then),
  }
}

function held(ours: readonly LogEvent[], theirs: readonly LogEvent[]): object {
  const lines = new HeldEvents()
  const [a, b] = [new HeldLog(lines), new HeldLog(lines)]
  b.add(theirs)
  a.add(ours)
  const { new_events, changes, conflicts, settled } = boardChanges(a, b, {})
  return {
    new_events,
    changes: changes.map((one) => [
      `${one.feature}/${one.work_package}`,
      one.title === one.work_package ? null : one.title,
      one.from,
      one.to,
      one.event_id,
    ]),
    conflicts: conflicts.map(conflictName),
    settled: settled.map(conflictName),
  }
}

describe('what one log does to the board of another', () => {
  it('is the same, replayed a package at a time, as two whole boards compared', () => {
    fc.assert(
      fc.property(fc.array(sketch, { minLength: 1, maxLength: 24 }), (sketches) => {
        const made = eventsOf(sketches)
        const [ours, theirs] = (['ours', 'theirs'] as const).map((side) =>
          made.filter((one) => one.side === side || one.side === 'both').map(({ event }) => event),
        )
        const whole = byWholeReplay(ours ?? [], theirs ?? [])
        // A package that no one has moved is named by its creation, of which the boards know nothing.
        expect({ ...held(ours ?? [], theirs ?? []), changes: [] }).toEqual({ ...whole, changes: [] })
        const strip = (found: object): unknown[][] =>
          (found as { changes: unknown[][] }).changes.map((change) => change.slice(0, 4)) // made above
        expect(strip(held(ours ?? [], theirs ?? []))).toEqual(strip(whole))
      }),
      { numRuns: 1_000, examples: [[OUTDONE_IN_THE_GAP], [OUTDOES_THE_GAP]] },
    )
  })
})
