import { describe, expect, it } from 'vitest'
import {
  DEFAULT_WORKFLOW,
  REVIEWED_WORKFLOW,
  checkNew,
  checkWorkflow,
  compareNames,
  createRegistry,
  decideMove,
  emptyWorkPackage,
  fold,
  laneShown,
  moveViolations,
  reduceStatuses,
  resolveLane,
  undoMove,
  type LogEvent,
  type MoveFacts,
  type WorkPackageState,
  type WorkflowTable,
} from '../src/index.js'
import { event, moved, parsed, rawEvent, ulid } from './support.js'

const READY: Partial<MoveFacts> = { review_ref: 'PR#1', evidence: true, reason: 'because' }

function inLane(lane: string, change: Partial<WorkPackageState> = {}): WorkPackageState {
  return { ...emptyWorkPackage('001-demo', 'WP01'), created: true, lane, lane_actor: 'ada', ...change }
}

function decide(lane: string, to: string, change: Partial<MoveFacts> = {}, table = DEFAULT_WORKFLOW) {
  return decideMove(table, { state: inLane(lane), to, actor: 'ada', dependencies: [], ...change })
}

function refusal(...given: Parameters<typeof decide>) {
  const decision = decide(...given)
  return decision.ok ? undefined : decision.refusal
}

const pairs = (table: WorkflowTable) =>
  table.lanes.flatMap((from) => table.lanes.filter((to) => to !== from).map((to) => [from, to] as const))

describe('the default workflow', () => {
  // Written out again on purpose: the table is data, and this what it promises.
  const open = new Set([
    'planned doing',
    'doing for_review',
    'doing planned',
    'for_review done',
    'for_review rejected',
    'for_review doing',
    'rejected doing',
    'rejected planned',
    'planned canceled',
    'doing canceled',
    'for_review canceled',
    'rejected canceled',
    'canceled planned',
  ])

  it.each(pairs(DEFAULT_WORKFLOW))(
    'given a work package in %s, when it is moved to %s, then the table decides',
    (from, to) => {
      const decision = decide(from, to, { reason: 'because' })
      if (open.has(`${from} ${to}`)) {
        expect(decision).toMatchObject({
          ok: true,
          events: [{ payload: { old_status: from, new_status: to } }],
        })
      } else {
        expect(decision).toMatchObject({
          ok: false,
          refusal: { kind: 'StateTransitionError', current_status: from, requested_status: to },
        })
      }
    },
  )

  it.each(pairs(DEFAULT_WORKFLOW))(
    'given one in %s, when it is forced to %s with a reason, then it moves and says so',
    (from, to) => {
      const decision = decide(from, to, {
        force: true,
        reason: 'urgent',
        actor: 'bob',
        dependencies: [{ id: 'WP02', lane: 'planned' }],
      })
      expect(decision).toMatchObject({
        ok: true,
        events: [{ payload: { new_status: to, force: true, reason: 'urgent' } }],
      })
    },
  )

  it('names the lanes one may go to instead', () => {
    expect(refusal('planned', 'done')).toMatchObject({ valid_transitions: ['doing', 'canceled'] })
    expect(refusal('planned', 'done')?.message).toContain('doing')
    expect(refusal('done', 'doing')).toMatchObject({ valid_transitions: [] })
  })

  it('needs every dependency done before doing, and records what it saw', () => {
    const dependencies = [
      { id: 'WP02', lane: 'done' },
      { id: 'WP03', lane: 'for_review' },
      { id: 'WP04', lane: null },
    ]
    for (const from of ['planned', 'rejected']) {
      const refused = refusal(from, 'doing', { dependencies })
      expect(refused).toMatchObject({ kind: 'DependencyValidationError', blockers: ['WP03', 'WP04'] })
      expect(refused?.message).toContain('WP03 (for_review)')
    }
    expect(decide('planned', 'doing', { dependencies: dependencies.slice(0, 1) })).toMatchObject({
      ok: true,
      events: [{ payload: { dependency_status: { all_complete: true, incomplete_dependencies: [] } } }],
    })
  })

  it('needs every subtask ticked before for_review', () => {
    const subtasks = [
      { id: 'T001', done: true, event: null },
      { id: 'T002', done: false, event: null },
    ]
    expect(refusal('doing', 'for_review', { state: inLane('doing', { subtasks }) })).toMatchObject({
      kind: 'StateTransitionError',
      blockers: ['T002'],
    })
    expect(
      decide('doing', 'for_review', { state: inLane('doing', { subtasks: subtasks.slice(0, 1) }) }).ok,
    ).toBe(true)
  })

  it('needs a reason for giving work up, and none for taking it up again', () => {
    for (const from of ['planned', 'doing', 'for_review', 'rejected'])
      expect(refusal(from, 'canceled')).toMatchObject({ kind: 'ValidationError', blockers: ['reason'] })
    expect(decide('canceled', 'planned', { actor: 'bob' }).ok).toBe(true)
  })

  it('blocks what depends on work that was given up', () => {
    const dependencies = [{ id: 'WP02', lane: 'canceled' }]
    expect(refusal('planned', 'doing', { dependencies })).toMatchObject({ blockers: ['WP02'] })
  })

  it('needs every gate passed before done, and records what it saw', () => {
    const gate = {
      gate_id: 'G1',
      gate_type: 'CI_CHECK',
      status: 'passed',
      event: null,
      actor: null,
      updated_at: null,
      result_data: null,
    }
    const waiting = inLane('for_review', { gates: [gate, { ...gate, gate_id: 'G2', status: 'pending' }] })
    expect(refusal('for_review', 'done', { state: waiting })).toMatchObject({
      kind: 'GateFailure',
      blockers: ['G2'],
    })
    expect(decide('for_review', 'done', { state: inLane('for_review', { gates: [gate] }) })).toMatchObject({
      ok: true,
      events: [{ payload: { gate_results: [{ gate_type: 'CI_CHECK', status: 'passed' }] } }],
    })
  })

  it('keeps a work package that someone else is doing, whatever else is wrong', () => {
    for (const to of ['for_review', 'planned', 'done']) {
      expect(refusal('doing', to, { actor: 'bob' })).toMatchObject({
        kind: 'StateTransitionError',
        blockers: ['ada'],
      })
    }
    expect(decide('for_review', 'done', { actor: 'bob' }).ok).toBe(true)
  })

  it('says when it is already there, forced or not', () => {
    for (const force of [false, true]) {
      const refused = refusal('doing', 'doing', { force, reason: 'r' })
      expect(refused).toMatchObject({ kind: 'StateTransitionError', current_status: 'doing' })
      expect(refused?.message).toContain('already')
    }
  })

  it('needs a reason for force, and a lane that exists', () => {
    expect(refusal('planned', 'done', { force: true })).toMatchObject({
      kind: 'ValidationError',
      blockers: ['reason'],
    })
    expect(refusal('planned', 'done', { force: true, reason: '  ' })).toMatchObject({
      kind: 'ValidationError',
    })
    expect(refusal('planned', 'constructor')).toMatchObject({
      kind: 'ValidationError',
      requested_status: 'constructor',
    })
    expect(refusal('planned', 'nowhere', { force: true, reason: 'r' })?.message).toContain('planned, doing')
  })

  it('decides on events that may be written', () => {
    const decision = decide('planned', 'doing', { reason: 'r', dependencies: [{ id: 'WP02', lane: 'done' }] })
    if (!decision.ok) throw new Error('unreachable')
    const stamped = { ...moved('doing', { id: 1, parents: [] }), ...decision.events[0] }
    expect(checkNew(stamped, createRegistry())).toEqual([])
  })
})

describe('the reviewed workflow', () => {
  const open: Record<string, string> = {
    planned: 'claimed blocked canceled',
    claimed: 'in_progress blocked canceled',
    in_progress: 'for_review approved blocked canceled',
    for_review: 'in_review approved done in_progress blocked canceled',
    in_review: 'for_review approved done in_progress blocked canceled',
    approved: 'done in_progress blocked canceled',
    blocked: 'in_progress canceled',
    done: '',
    canceled: '',
  }

  it.each(pairs(REVIEWED_WORKFLOW))(
    'given one in %s, when it is moved to %s with all it needs, then the table decides',
    (from, to) => {
      expect(decide(from, to, READY, REVIEWED_WORKFLOW).ok).toBe((open[from] ?? '').split(' ').includes(to))
    },
  )

  it.each(pairs(REVIEWED_WORKFLOW))(
    'given one in %s, when it is forced to %s with all it needs, then it moves',
    (from, to) => {
      expect(decide(from, to, { ...READY, force: true }, REVIEWED_WORKFLOW).ok).toBe(true)
    },
  )

  it('asks for evidence on approval and a review on the way back, forced or not', () => {
    for (const force of [false, true]) {
      const given = { force, reason: 'r' }
      expect(refusal('for_review', 'approved', given, REVIEWED_WORKFLOW)).toMatchObject({
        blockers: ['evidence'],
      })
      expect(refusal('in_review', 'in_progress', given, REVIEWED_WORKFLOW)).toMatchObject({
        blockers: ['review_ref'],
      })
    }
  })
})

describe('lanes', () => {
  it('shows aliases under their lane and a lane that the table lacks as itself', () => {
    const table = { ...DEFAULT_WORKFLOW, aliases: { review: 'for_review' } }
    expect(
      ['doing', 'review', 'x', '__proto__', 'constructor'].map((status) => laneShown(table, status)),
    ).toEqual(['doing', 'for_review', 'x', '__proto__', 'constructor'])
    expect(resolveLane(table, 'toString')).toBeUndefined()
    expect(decide('doing', 'review', {}, table)).toMatchObject({
      ok: true,
      events: [{ payload: { new_status: 'for_review' } }],
    })
  })
})

describe('a package that someone holds', () => {
  const held = inLane('doing', { lane_session: 's1' })

  it('can be taken over with a reason, once the caller found that it may', () => {
    const facts = { state: held, actor: 'bob', takeOver: true }
    expect(refusal('doing', 'doing', { ...facts, takeOver: false, reason: 'r' })?.message).toContain(
      'already',
    )
    expect(refusal('doing', 'doing', facts)).toMatchObject({ blockers: ['reason'] })
    expect(decide('doing', 'doing', { ...facts, reason: 'lease ended', session: 's9' })).toMatchObject({
      ok: true,
      events: [
        { payload: { old_status: 'doing', new_status: 'doing', session: 's9', reason: 'lease ended' } },
      ],
    })
    expect(decide('doing', 'for_review', { ...facts, reason: 'r' }).ok).toBe(true)
  })

  it('is not taken over by its own holder, and is by the same actor in another session', () => {
    const facts = { state: held, takeOver: true, reason: 'same actor' }
    expect(decide('doing', 'doing', { ...facts, session: 's1' }).ok).toBe(false)
    expect(decide('doing', 'doing', { ...facts, session: 's2' }).ok).toBe(true)
  })

  it('is the same actor\u2019s however their name is spelled', () => {
    const state = inLane('doing', { lane_actor: 'J\u00fcrgen' })
    expect(decide('doing', 'for_review', { state, actor: 'Ju\u0308rgen' }).ok).toBe(true)
  })
})

describe('undoMove', () => {
  const history = [moved('doing', { id: 1 }), moved('done', { id: 2, actor: 'bob' }, 'doing')]
  const state = fold(history)
  const [first, last] = history
  if (state === undefined || first === undefined || last === undefined) throw new Error('unreachable')

  it('goes back to the lane that the move left, also from a final one, with the holder there', () => {
    const decision = undoMove(state, last, { actor: 'ada' })
    if (!decision.ok) throw new Error('unreachable')
    expect(decision.event.payload).toMatchObject({ old_status: 'done', new_status: 'doing', undo: ulid(2) })
    const undone = { ...moved('x', { id: 3, actor: 'bob' }), payload: decision.event.payload }
    expect(checkNew({ ...undone, parents: [] }, createRegistry())).toEqual([])
    expect(fold([...history, undone])).toMatchObject({ lane: 'doing', lane_actor: 'ada' })
  })

  it('is closed once another move decides the lane, and for what is no move of the package', () => {
    expect(undoMove(state, first)).toEqual({ ok: false, because: 'later' })
    expect(undoMove(state, moved('done', { entity: 'WP02' }))).toEqual({ ok: false, because: 'move' })
    const note = event('NoteAdded', { text: 'x' }, { id: 2 })
    expect(undoMove(state, note)).toEqual({ ok: false, because: 'move' })
    expect(undoMove(state, { ...last, event_version: 99 })).toEqual({ ok: false, because: 'move' })
  })

  it('names the whole move, and a holder only where another one had the package', () => {
    const payload = { feature_slug: '001-demo', old_status: 'done', new_status: 'doing', undo: ulid(2) }
    const written = { event_type: 'WPStatusChanged', entity_id: 'WP01', entity_type: 'WorkPackage' }
    expect(undoMove(state, last)).toEqual({ ok: true, event: { ...written, payload } })
    const before = { ok: true, event: { ...written, payload: { ...payload, holder: 'ada', session: null } } }
    expect(undoMove(state, last, { actor: 'ada' })).toEqual(before)
    const withSession = undoMove(state, last, { actor: 'ada', session: 's1' })
    expect(withSession).toMatchObject({ event: { payload: { holder: 'ada', session: 's1' } } })
  })
})

describe('a package that cannot be moved at all', () => {
  it('holds events of a newer kitty', () => {
    const state = inLane('planned', { newer_types: ['NoteAdded', 'WPSplit'] })
    expect(refusal('planned', 'doing', { state })).toMatchObject({
      kind: 'ValidationError',
      message: 'WP01 holds events that a newer kitty wrote (NoteAdded, WPSplit); upgrade kitty to move it.',
      blockers: [],
    })
  })

  it('shares its id with others', () => {
    const collision = ['WP01-a.md', 'WP01-b.md'].map((file, at) => ({ file, event_id: ulid(at), title: 'x' }))
    // Cast: the rule reads a file and a title.
    const state = inLane('planned', { collision: collision as unknown as WorkPackageState['collision'] })
    expect(refusal('planned', 'doing', { state })).toMatchObject({
      kind: 'ValidationError',
      message: 'WP01 is the id of several packages (WP01-a.md, WP01-b.md); give all but one another number.',
      blockers: ['WP01-a.md', 'WP01-b.md'],
    })
  })

  it('is in that lane already, or would go to no lane', () => {
    expect(refusal('doing', 'doing', { actor: 'ada' })).toMatchObject({
      kind: 'StateTransitionError',
      message: 'WP01 is already in doing; nothing to do.',
    })
    expect(refusal('doing', 'nowhere')?.message).toContain(
      '"nowhere" is not a lane of the default workflow; use one of planned, doing',
    )
  })
})

describe('a package without a status', () => {
  const violations = (table: WorkflowTable, to: string) =>
    moveViolations(table, null, { state: inLane('planned'), to, actor: 'ada', dependencies: [] }).filter(
      ({ phase }) => phase === 'table',
    )

  it('begins in the first lane, or where the table lets it', () => {
    // Cast: a table that was read may lack its entry.
    const initial = { ...DEFAULT_WORKFLOW, entry: undefined } as unknown as WorkflowTable
    const { initial: first } = DEFAULT_WORKFLOW
    expect(violations(initial, first)).toEqual([])
    expect(violations(initial, 'done')).toEqual([
      {
        phase: 'table',
        kind: 'StateTransitionError',
        guard: null,
        message: `WP01 cannot go from nowhere to done; it can go to ${first}.`,
        blockers: [],
      },
    ])
    const several = { ...DEFAULT_WORKFLOW, entry: ['planned', 'doing', 'done'] }
    expect(violations(several, 'done')).toEqual([])
    expect(violations(several, 'rejected')[0]?.message).toContain('it can go to planned, doing or done.')
  })
})

describe('compareNames', () => {
  it('counts as people do', () => {
    const names = ['WP100', 'WP99', 'WP09', 'WP9', 'T10', 'T2', '002-b', '10-a', 'WP', '']
    expect([...names].sort(compareNames)).toEqual([
      '',
      '002-b',
      '10-a',
      'T2',
      'T10',
      'WP',
      'WP09',
      'WP9',
      'WP99',
      'WP100',
    ])
  })
})

describe('a lane that the table lacks', () => {
  const dependencies = [{ id: 'WP02', lane: 'planned' }]

  it('leads to the first lane and to each working lane, for the one who moved the package there', () => {
    expect(refusal('napping', 'done')).toMatchObject({ valid_transitions: ['planned', 'doing'] })
    expect(decide('napping', 'planned').ok).toBe(true)
    expect(decide('napping', 'doing').ok).toBe(true)
    expect(refusal('napping', 'doing', { actor: 'bob' })).toMatchObject({ blockers: ['ada'] })
  })

  it('still asks what entering the lane asks for', () => {
    expect(refusal('napping', 'doing', { dependencies })).toMatchObject({
      kind: 'DependencyValidationError',
    })
    expect(refusal('napping', 'in_progress', { dependencies }, REVIEWED_WORKFLOW)).toMatchObject({
      kind: 'DependencyValidationError',
    })
    expect(decide('napping', 'planned', { dependencies }).ok).toBe(true)
  })

  it('knows doing in the reviewed workflow, where it is called in_progress', () => {
    expect(resolveLane(REVIEWED_WORKFLOW, 'doing')).toBe('in_progress')
    expect(resolveLane(REVIEWED_WORKFLOW, 'rejected')).toBeUndefined()
  })
})

describe('guards', () => {
  it('can be added to, and a name that no one registered is refused by name', () => {
    const table = { ...DEFAULT_WORKFLOW, moves: { planned: [{ to: 'doing', requires: ['full_moon'] }] } }
    expect(refusal('planned', 'doing', {}, table)).toMatchObject({
      kind: 'ValidationError',
      blockers: ['full_moon'],
    })
    const full_moon = {
      kind: 'GateFailure',
      blockers: () => ['moon'],
      message: () => 'Wait for the moon.',
    } as const
    const facts = { state: inLane('planned'), to: 'doing', actor: 'ada', dependencies: [] }
    const [violation] = moveViolations({ ...table, conditions: [] }, 'planned', facts, { full_moon })
    expect(violation).toMatchObject({ guard: 'full_moon', message: 'Wait for the moon.', phase: 'validator' })
  })
})

describe('checkWorkflow', () => {
  it.each([DEFAULT_WORKFLOW, REVIEWED_WORKFLOW])(
    'takes the $name table as a file would hold it, unchanged',
    (table) => {
      expect(checkWorkflow(JSON.parse(JSON.stringify(table)))).toEqual({ ok: true, table })
    },
  )

  it("takes a plugin's guard unseen, and no other name", () => {
    const withGuard = (name: string) =>
      checkWorkflow({
        ...DEFAULT_WORKFLOW,
        conditions: [name],
        moves: { planned: [{ to: 'doing', always: [name] }] },
      })
    expect(withGuard('x.moon.full_moon').ok).toBe(true)
    for (const name of ['x.moon', 'x..full_moon', 'y.moon.full_moon', 'x.Moon.full_moon'])
      expect(withGuard(name).ok).toBe(false)
  })

  it('fills in what a small table leaves out', () => {
    const small = {
      name: 'two',
      lanes: ['todo', 'finished'],
      done: ['finished'],
      moves: { todo: [{ to: 'finished' }] },
    }
    expect(checkWorkflow(small)).toMatchObject({
      ok: true,
      table: { initial: 'todo', conditions: ['not_someone_elses'] },
    })
  })

  it('counts as working, where a table does not say, every lane but the first, the final ones, reviews and queues', () => {
    const step = (to: string) => [{ to }]
    const table = {
      name: 'own',
      lanes: ['todo', 'build', 'code_review', 'ship_blocked', 'shipping', 'shipped', 'given_up', 'limbo'],
      done: ['shipped'],
      moves: {
        todo: step('build'),
        build: step('code_review'),
        code_review: step('ship_blocked'),
        ship_blocked: step('shipping'),
        shipping: [...step('shipped'), ...step('limbo')],
        given_up: step('todo'),
      },
    }
    expect(checkWorkflow({ ...table, dropped: ['given_up'] })).toMatchObject({
      table: { working: ['build', 'shipping'], dropped: ['given_up'] },
    })
    expect(checkWorkflow(table)).toMatchObject({
      table: { working: ['build', 'shipping', 'given_up'], dropped: [] },
    })
    expect(checkWorkflow({ ...table, working: [] })).toMatchObject({ table: { working: [] } })
  })

  it.each([
    ['', 7],
    ['working[0]', { working: ['nowhere'] }],
    ['dropped[0]', { dropped: ['nowhere'] }],
    ['dropped[0]', { dropped: ['done'] }],
    ['name', { name: '' }],
    ['lanes', { lanes: [] }],
    ['lanes[1]', { lanes: ['planned', 'planned'] }],
    ['lanes[0]', { lanes: ['Not A Lane'] }],
    ['initial', { initial: 'nowhere' }],
    ['done', { done: [] }],
    ['done[0]', { done: ['nowhere'] }],
    ['moves', { moves: 7 }],
    ['moves.nowhere', { moves: { nowhere: [] } }],
    ['moves.planned', { moves: { planned: 7 } }],
    ['moves.planned[0]', { moves: { planned: [7] } }],
    ['moves.planned[0].to', { moves: { planned: [{ to: 'nowhere' }] } }],
    ['moves.planned[0].requires[0]', { moves: { planned: [{ to: 'doing', requires: ['full_moon'] }] } }],
    ['moves.planned[0].forcedOnly', { moves: { planned: [{ to: 'doing', forcedOnly: 1 }] } }],
    ['moves.planned[0].require', { moves: { planned: [{ to: 'doing', require: [] }] } }],
    ['aliases.x', { aliases: { x: 'nowhere' } }],
    ['colour', { colour: 'red' }],
  ])('names %s as the place of a fault', (path, change) => {
    const value = typeof change === 'object' ? { ...DEFAULT_WORKFLOW, ...change } : change
    const result = checkWorkflow(value)
    expect(result.ok ? [] : result.problems.map((problem) => problem.path)).toContain(path)
  })
})

describe('reduceStatuses', () => {
  it('lists a move that leaves another lane than its work package is in, or that the table does not have', () => {
    const events = [
      moved('doing', { id: 1 }),
      moved('done', { id: 2 }, 'doing'),
      moved('for_review', { id: 3 }, 'planned'),
      moved('elsewhere', { id: 4 }, 'doing'),
      moved('for_review', { id: 5 }, 'doing'),
    ]
    const reduced = reduceStatuses(DEFAULT_WORKFLOW, [...events, ...events])
    expect(reduced.anomalies.map((anomaly) => anomaly.event_id)).toEqual([2, 3, 4].map(ulid))
    expect(Object.fromEntries(reduced.lanes)).toEqual({ WP01: 'for_review' })
    expect(reduced).toMatchObject({ eventCount: 5, lastEvent: ulid(5) })
  })

  it('judges moves of one clock against what was before them, a reviewer last', () => {
    const events = [
      moved('doing', { id: 1, clock: 1 }),
      moved('for_review', { id: 2, clock: 2 }, 'doing'),
      moved('doing', { id: 3, clock: 3 }, 'for_review'),
      moved('done', { id: 4, clock: 3 }, 'for_review'),
    ]
    const reduced = reduceStatuses(DEFAULT_WORKFLOW, events)
    expect(reduced.anomalies).toEqual([])
    expect(Object.fromEntries(reduced.lanes)).toEqual({ WP01: 'doing' })
    expect(reduced.lastEvents.get('WP01')).toBe(ulid(3))
  })

  it('orders by the clock, then by the time, then by the id', () => {
    const at = (hour: string) => `2026-11-22T${hour}:00:00.000Z`
    const events = [
      moved('doing', { id: 1, clock: 1, timestamp: at('12') }),
      moved('canceled', { id: 2, clock: 1, timestamp: at('11') }),
    ]
    expect(reduceStatuses(DEFAULT_WORKFLOW, events).lastEvent).toBe(ulid(1))
  })

  it('lets a forced move leave another lane, and asks each move for what its guards need', () => {
    const forced = (id: number, payload: object) =>
      parsed(
        rawEvent('WPStatusChanged', { old_status: 'for_review', new_status: 'done', ...payload }, { id }),
      )
    const faults = (...events: LogEvent[]) =>
      reduceStatuses(REVIEWED_WORKFLOW, events)
        .anomalies.map(({ message }) => message)
        .join()
    expect(faults(forced(1, { force: true, reason: 'r' }))).toContain('evidence')
    const whole = forced(1, { force: true, reason: 'r', evidence: { repos: [] } })
    expect(faults({ ...whole, event_version: 2 })).toBe('')
    expect(faults({ ...forced(1, { evidence: {} }), event_version: 2 })).toContain('while it is in planned')
    expect(faults({ ...forced(1, { force: true, evidence: {} }), event_version: 2 })).toContain('reason')
  })
})
