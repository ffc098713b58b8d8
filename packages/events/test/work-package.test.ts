import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  canExtend,
  detectConflicts,
  entityHeads,
  evolve,
  Evolution,
  fold,
  type LogEvent,
  type MergeOptions,
  type WorkPackageState,
} from '../src/index.js'
import { anyHistories, anySteps, bruteHeads, disturbed, histories, nextEvent, steps } from './histories.js'
import { event, FEATURE, moved, parsed, rawEvent, ulid } from './support.js'

const RULES: readonly MergeOptions[] = [{ statusRule: 'last_writer_wins' }, { statusRule: 'priority' }]
const created = (sketch = {}) =>
  event(
    'WPCreated',
    { work_package_id: 'WP01', title: 'Login', dependencies: ['WP02'], subtasks: ['T001', 'T002'] },
    sketch,
  )

describe('fold', () => {
  it('depends on the set of events alone: any order, any repetition, redactions and twins', () => {
    fc.assert(
      fc.property(
        anyHistories.chain((history) => fc.tuple(fc.constant(history), disturbed(history))),
        ([history, mess]) => {
          for (const options of RULES) expect(fold(mess, options)).toEqual(fold(history, options))
        },
      ),
    )
  })

  it('gives state that JSON carries without loss', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const state = fold(history)
        expect(JSON.parse(JSON.stringify(state ?? null))).toEqual(state ?? null)
      }),
    )
  })

  it('holds as heads what the next writer must name', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const state = fold(history)
        if (state?.work_package_id !== 'WP01') return
        const own = withoutOtherGates(history)
        expect(state.heads).toEqual(Object.fromEntries(entityHeads(own)))
      }),
    )
  })

  it('holds the conflicts that are open, and only those', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const open = detectConflicts(withoutOtherGates(history)).filter((conflict) => conflict.open)
        const state = fold(history)
        if (state?.work_package_id === 'WP01') expect(new Set(state.conflicts)).toEqual(new Set(open))
      }),
    )
  })

  it('knows nothing of a work package that no event names', () => {
    expect(fold([])).toBeUndefined()
    expect(
      fold([event('GateResultChanged', { gate_id: 'G1', old_status: 'pending', new_status: 'passed' })]),
    ).toBeUndefined()
  })

  it('tells a whole story', () => {
    const state = fold([
      created({ id: 1 }),
      event('GateCreated', { work_package_id: 'WP01', gate_id: 'G1', gate_type: 'CI_CHECK' }, { id: 2 }),
      moved('doing', { id: 3, actor: 'bob', timestamp: '2026-11-22T11:00:00.000Z' }),
      event('SubtaskCompleted', { work_package_id: 'WP01', subtask_id: 'T002', done: true }, { id: 4 }),
      event('SubtaskCompleted', { work_package_id: 'WP01', subtask_id: 'T007', done: true }, { id: 5 }),
      event(
        'GateResultChanged',
        { gate_id: 'G1', old_status: 'pending', new_status: 'passed' },
        { id: 6, actor: 'ci' },
      ),
      event('TagsChanged', { added: ['ui', 'auth'], removed: [] }, { id: 7 }),
      event('UsageRecorded', { tokens: 5, cost_usd_micros: 700, seconds: null }, { id: 8 }),
      event('UsageRecorded', { tokens: 6 }, { id: 9 }),
      event('NoteAdded', { text: 'hm' }, { id: 10 }),
      event(
        'WorkspaceCreated',
        { work_package_id: 'WP01', worktree_path: '.worktrees/x', branch_name: 'x' },
        { id: 11 },
      ),
    ])
    expect(state).toMatchObject({
      feature_slug: FEATURE,
      work_package_id: 'WP01',
      title: 'Login',
      dependencies: ['WP02'],
      lane: 'doing',
      lane_event: ulid(3),
      lane_actor: 'bob',
      lane_since: '2026-11-22T11:00:00.000Z',
      previous_lane: 'planned',
      subtasks: [
        { id: 'T001', done: false, event: null },
        { id: 'T002', done: true, event: ulid(4) },
        { id: 'T007', done: true, event: ulid(5) },
      ],
      gates: [{ gate_id: 'G1', gate_type: 'CI_CHECK', status: 'passed', actor: 'ci', event: ulid(6) }],
      tags: [
        { tag: 'auth', adds: [ulid(7)] },
        { tag: 'ui', adds: [ulid(7)] },
      ],
      usage: { tokens: 11, cost_usd_micros: 700, seconds: 0 },
      notes: 1,
      workspace: { path: '.worktrees/x', branch: 'x', base_branch: null },
      created: true,
      clock: 11,
      event_count: 11,
      conflicts: [],
      warnings: [],
    })
  })

  it('shows a status that the workflow lacks as it is, with a warning that names it', () => {
    const state = fold([moved('napping', { id: 1 })])
    expect(state?.lane).toBe('napping')
    expect(state?.warnings.join()).toContain('"napping"')
  })

  it('settles concurrent moves by the last writer, or by the highest lane, as configured', () => {
    const base = created({ id: 1, parents: [] })
    const high = moved('for_review', { id: 2, clock: 2, parents: [1], actor: 'zoe' })
    const late = moved('doing', { id: 3, clock: 9, parents: [1], actor: 'ada' })
    expect(fold([base, high, late])?.lane).toBe('doing')
    expect(fold([base, high, late], { statusRule: 'priority' })).toMatchObject({
      lane: 'for_review',
      lane_actor: 'zoe',
    })
  })

  it('breaks a tie of lanes by the smallest actor', () => {
    const moves = [
      moved('doing', { id: 1, clock: 1, actor: 'zoe' }),
      moved('doing', { id: 2, clock: 1, actor: 'ada' }),
    ]
    expect(fold(moves, { statusRule: 'priority' })?.lane_actor).toBe('ada')
    expect(
      fold([moves[0], { ...moves[1], actor: 'zzz' }] as LogEvent[], { statusRule: 'priority' })?.lane_actor,
    ).toBe('zoe')
  })

  it('drops subtasks that only a replaced definition had listed', () => {
    const redefined = event(
      'WPCreated',
      { work_package_id: 'WP01', title: 'B', dependencies: [], subtasks: ['T002'] },
      { id: 2 },
    )
    expect(fold([created({ id: 1 }), redefined])?.subtasks.map(({ id }) => id)).toEqual(['T002'])
  })

  it('passes over events of other work packages and features', () => {
    const others = [moved('done', { id: 8, entity: 'WP09' }), moved('done', { id: 9, feature: '002-other' })]
    expect(fold([created({ id: 1 }), ...others])).toEqual(fold([created({ id: 1 })]))
  })

  it('keeps names like __proto__ out of object prototypes', () => {
    const sneaky = [
      created({ id: 1 }),
      event('SubtaskCompleted', { work_package_id: 'WP01', subtask_id: '__proto__', done: true }, { id: 2 }),
    ]
    expect(fold(sneaky)?.subtasks.at(-1)).toEqual({ id: '__proto__', done: true, event: ulid(2) })
    expect(Object.hasOwn(Object.prototype, 'done')).toBe(false)
  })

  it('lets later versions of a type take part in the history without reading their payload', () => {
    const later = parsed({ ...rawEvent('WPStatusChanged', { strange: 1 }, { id: 2 }), event_version: 99 })
    expect(fold([created({ id: 1 }), later])).toMatchObject({ lane: 'planned', event_count: 2, clock: 2 })
  })
})

describe('canExtend and evolve', () => {
  it('whenever canExtend says so, evolving equals refolding', () => {
    fc.assert(
      fc.property(anyHistories, anySteps, ([...history], step) => {
        const next = nextEvent(history, step)
        for (const options of RULES) {
          const state = fold(history, options)
          if (state === undefined || !canExtend(state, next)) continue
          expect(evolve(state, next, options)).toEqual(fold([...history, next], options))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('an event that has seen all heads and has a greater clock extends any history', () => {
    fc.assert(
      fc.property(histories, steps, (history, step) => {
        const state = fold(history)
        const next = nextEvent(history, { ...step, parents: 'heads', clock: 0 })
        if (state?.work_package_id !== 'WP01' || next.entity_type === 'Gate') return
        expect(canExtend(state, next)).toBe(!changesThePast(state, next))
      }),
    )
  })

  it('a history in single file is built by evolving, with a refold where a gate is created', () => {
    fc.assert(
      fc.property(fc.array(steps, { minLength: 1, maxLength: 12 }), (plan) => {
        const history: LogEvent[] = [created({ id: 1, parents: [] })]
        let state = foldOrFail(history)
        for (const step of plan) {
          const next = nextEvent(history, { ...step, parents: 'heads', clock: 0 })
          const extend = canExtend(state, next)
          if (next.entity_type === 'WorkPackage') expect(extend).toBe(!changesThePast(state, next))
          history.push(next)
          state = extend ? evolve(state, next) : foldOrFail(history)
        }
        expect(state).toEqual(fold(history))
      }),
    )
  })

  it('an evolution that goes on is at every step what folding gives, and leaves the states it gave', () => {
    fc.assert(
      fc.property(anyHistories, fc.array(anySteps, { minLength: 1, maxLength: 12 }), (before, plan) => {
        const history = [...before]
        const state = fold(history)
        if (state === undefined) return
        const evolution = new Evolution(state)
        expect(evolution.key).toEqual({ feature_slug: FEATURE, work_package_id: state.work_package_id })
        for (const step of plan) {
          const next = nextEvent(history, step)
          const given = evolution.state
          const copy = structuredClone(given)
          // One that has seen the imports come in knows more than the state.
          if (canExtend(given, next)) expect(evolution.canExtend(next)).toBe(true)
          if (!evolution.canExtend(next)) continue
          evolution.extend(next)
          history.push(next)
          expect(evolution.state).toEqual(fold(history))
          expect(evolution.conflicts).toEqual(fold(history)?.conflicts)
          expect(given).toEqual(copy)
        }
      }),
    )
  })

  it('a gate that was created for another work package is not its own, with all that happened to it', () => {
    const gate = (work_package_id: string, sketch: object) =>
      event('GateCreated', { work_package_id, gate_id: 'G1', gate_type: 'CI_CHECK' }, sketch)
    const result = event(
      'GateResultChanged',
      { gate_id: 'G1', old_status: 'pending', new_status: 'passed' },
      { id: 3 },
    )
    const history = [created({ id: 1 }), gate('WP02', { id: 2, parents: [] }), result]
    expect(fold(history)).toEqual(fold([created({ id: 1 })]))
    expect(fold([...history, gate('WP01', { id: 4, parents: [] })])?.gates).toMatchObject([
      { status: 'passed' },
    ])
  })

  it('refuses what it has seen, what lies below its clock, and what has not seen its heads', () => {
    const first = moved('doing', { id: 1, clock: 1, parents: [] })
    const second = moved('for_review', { id: 2, clock: 2, parents: [1] })
    const state = fold([first, second])
    if (state === undefined) throw new Error('unreachable')
    expect(canExtend(state, second)).toBe(false)
    expect(canExtend(state, moved('done', { id: 3, clock: 2, parents: [2] }))).toBe(false)
    expect(canExtend(state, moved('done', { id: 3, clock: 3, parents: [1] }))).toBe(false)
    expect(canExtend(state, moved('done', { id: 3, clock: 3, parents: [2], entity: 'WP02' }))).toBe(false)
    expect(canExtend(state, moved('done', { id: 3, clock: 3, parents: [1, 2] }))).toBe(true)
    expect(canExtend(state, moved('done', { id: 3, clock: 3 }))).toBe(true)
  })

  it('leaves the state it was given as it was', () => {
    const state = fold([created({ id: 1 }), moved('doing', { id: 2 })])
    const before = structuredClone(state)
    if (state !== undefined) evolve(state, moved('for_review', { id: 3 }))
    expect(state).toEqual(before)
  })

  it('a move that has seen both sides settles the conflict; a note does not', () => {
    const fork = [
      moved('doing', { id: 1, clock: 1, parents: [] }),
      moved('rejected', { id: 2, clock: 2, parents: [] }),
    ]
    const state = fold(fork)
    if (state === undefined) throw new Error('unreachable')
    expect(state.conflicts).toHaveLength(1)
    const note = event('NoteAdded', { text: 'seen' }, { id: 3, clock: 3, parents: [1, 2] })
    expect(evolve(state, note).conflicts).toHaveLength(1)
    expect(evolve(state, moved('doing', { id: 3, clock: 3, parents: [1, 2] })).conflicts).toEqual([])
    expect(bruteHeads(fork)).toHaveLength(2)
  })
})

/** A note taken back, or an event that an earlier one has taken back: what came before changes its meaning. */
function changesThePast({ memory }: WorkPackageState, { event_id, event_type }: LogEvent): boolean {
  const gone = [...memory.dependencies.gone, ...memory.subtasks.gone, ...memory.gone_tags]
  return event_type === 'NoteRetracted' || gone.some(({ adds }) => adds.includes(event_id))
}

function foldOrFail(history: readonly LogEvent[]): WorkPackageState {
  const state = fold(history)
  if (state === undefined) throw new Error('no event names a work package')
  return state
}

/** What belongs to WP01, gates that were only ever created for others left out. */
function withoutOtherGates(history: readonly LogEvent[]): LogEvent[] {
  const creations = history.filter((one) => one.event_type === 'GateCreated')
  const mine = creations.some((one) => JSON.stringify(one.payload).includes('WP01'))
  return creations.length === 0 || mine ? [...history] : history.filter((one) => one.entity_type !== 'Gate')
}
