import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NoticeList } from '../../../src/core/errors/notices.js'
import {
  checkWorkflow,
  DEFAULT_WORKFLOW,
  emptyWorkPackage,
  REVIEWED_WORKFLOW,
  validTransitions,
  type WorkflowTable,
  type WorkPackageState,
} from '../../../src/core/events-lib.js'
import * as libraryGuards from '../../../src/core/rules/library-guards.js'
import type { MadeMove, MoveGuard, MoveRule } from '../../../src/core/rules/move-rule.js'
import { type MoveQuestion, MoveRules } from '../../../src/core/rules/move-rules.js'
import { noteFields } from '../../support/events.js'
import { errorOf } from '../../support/kitty-error.js'

const BUILT_IN = Object.values(libraryGuards).map((Guard) => new Guard())

function engine(table: WorkflowTable = DEFAULT_WORKFLOW, plugin: readonly MoveRule[] = []) {
  const notices = new NoticeList()
  return { rules: new MoveRules(table, [...BUILT_IN, ...plugin], notices), notices }
}

function inLane(lane: string, change: Partial<WorkPackageState> = {}): WorkPackageState {
  return { ...emptyWorkPackage('001-demo', 'WP01'), created: true, lane, lane_actor: 'ada', ...change }
}

function ask(to: string, change: Partial<MoveQuestion> = {}): MoveQuestion {
  return { state: inLane('doing'), to, actor: 'ada', dependencies: [], ...change }
}

function payloadOf(rules: MoveRules, question: MoveQuestion) {
  const decision = rules.decide(question)
  if (!decision.ok) throw new Error(decision.refusal.message)
  return decision.events[0]?.payload
}

const overruledIn = (payload: ReturnType<typeof payloadOf>) =>
  payload?.gate_results?.filter(({ status }) => status === 'overruled').map(({ gate_type }) => gate_type)

const OPEN_SUBTASK = { subtasks: [{ id: 'T001', done: false, event: null }] }
const FAILED_GATE = {
  gates: [
    {
      gate_id: 'WP01-CI_CHECK',
      gate_type: 'CI_CHECK',
      status: 'failed',
      event: null,
      actor: null,
      updated_at: null,
      result_data: null,
    },
  ],
}
const FORCE = { force: true, reason: 'urgent' }

describe('a forced move', () => {
  it.each([
    [
      'a package in planned with a dependency that is not done',
      'doing',
      inLane('planned'),
      ['dependencies_done'],
    ],
    ['one with open subtasks', 'for_review', inLane('doing', OPEN_SUBTASK), ['subtasks_done']],
    ['one whose gate failed', 'done', inLane('for_review', FAILED_GATE), ['gates_passed']],
    ["someone else's", 'planned', inLane('doing', { lane_actor: 'bob' }), ['not_someone_elses']],
    ['one that is done', 'planned', inLane('done'), ['terminal_lane', 'workflow_table']],
    [
      'one in planned with a failed gate',
      'done',
      inLane('planned', FAILED_GATE),
      ['workflow_table', 'gates_passed'],
    ],
    [
      'one in planned with open subtasks',
      'for_review',
      inLane('planned', OPEN_SUBTASK),
      ['workflow_table', 'subtasks_done'],
    ],
  ])(
    'given %s, when it is forced to %s, then the event names what was overruled',
    (_given, to, state, names) => {
      const dependencies = [{ id: 'WP02', lane: 'planned' }]
      const payload = payloadOf(engine().rules, ask(to, { ...FORCE, state, dependencies }))
      expect(payload).toMatchObject({ old_status: state.lane, new_status: to, force: true, reason: 'urgent' })
      expect(overruledIn(payload)).toEqual(names)
    },
  )

  it('holds the facts it was made against in their own places', () => {
    const { rules } = engine()
    const dependencies = [
      { id: 'WP02', lane: 'doing' },
      { id: 'WP03', lane: 'done' },
    ]
    expect(
      payloadOf(rules, ask('doing', { ...FORCE, state: inLane('planned'), dependencies })),
    ).toMatchObject({
      dependency_status: { all_complete: false, incomplete_dependencies: ['WP02'] },
    })
    expect(
      payloadOf(rules, ask('done', { ...FORCE, state: inLane('planned', FAILED_GATE) }))?.gate_results?.[0],
    ).toEqual({
      gate_type: 'CI_CHECK',
      status: 'failed',
    })
  })

  it('says nothing of overruling where every rule would have let it pass', () => {
    expect(payloadOf(engine().rules, ask('planned', FORCE))).not.toHaveProperty('gate_results')
  })

  it('does not skip what a lane asks of all who enter it', () => {
    const { rules } = engine(REVIEWED_WORKFLOW)
    const refused = rules.decide(ask('approved', { ...FORCE, state: inLane('in_review') }))
    expect(refused).toMatchObject({ ok: false, refusal: { blockers: ['evidence'] } })
  })
})

describe('a move that answers to a review', () => {
  it('keeps the reference and the evidence with the event', () => {
    const { rules } = engine(REVIEWED_WORKFLOW)
    const approved = payloadOf(
      rules,
      ask('approved', { state: inLane('in_review'), evidence: 'commit abc1234, PR#1' }),
    )
    expect(approved?.gate_results).toEqual([
      { gate_type: 'evidence', status: 'given', details: 'commit abc1234, PR#1' },
    ])
    const back = payloadOf(rules, ask('in_progress', { state: inLane('in_review'), review_ref: 'PR#1' }))
    expect(back?.gate_results).toEqual([{ gate_type: 'review_reference', status: 'given', details: 'PR#1' }])
  })

  it('is refused where the evidence is blank', () => {
    const { rules } = engine(REVIEWED_WORKFLOW)
    expect(rules.decide(ask('approved', { state: inLane('in_review'), evidence: '  ' }))).toMatchObject({
      ok: false,
    })
  })
})

describe('a rule of a plugin', () => {
  const fullMoon = (change: Partial<MoveGuard> = {}): MoveGuard => ({
    name: 'x.moon.full_moon',
    phase: 'validator',
    kind: 'GateFailure',
    blockers: () => ['moon'],
    message: () => 'Wait for the moon.',
    ...change,
  })
  const asking: WorkflowTable = {
    ...DEFAULT_WORKFLOW,
    moves: { doing: [{ to: 'for_review', requires: ['x.moon.full_moon'] }, { to: 'planned' }] },
  }

  it('guards the moves whose row in the table names it, and no others', () => {
    const { rules } = engine(asking, [fullMoon()])
    expect(rules.decide(ask('for_review'))).toMatchObject({
      ok: false,
      refusal: { kind: 'GateFailure', message: 'Wait for the moon.', blockers: ['moon'] },
    })
    expect(rules.decide(ask('planned')).ok).toBe(true)
    expect(engine(DEFAULT_WORKFLOW, [fullMoon()]).rules.decide(ask('for_review')).ok).toBe(true)
  })

  it.each(['condition', 'validator'] as const)(
    'guards every move as a %s when it asks to, except forced ones',
    (phase) => {
      const { rules } = engine(DEFAULT_WORKFLOW, [fullMoon({ phase, everyMove: true })])
      for (const to of ['for_review', 'planned']) expect(rules.decide(ask(to))).toMatchObject({ ok: false })
      expect(overruledIn(payloadOf(rules, ask('planned', FORCE)))).toEqual(['x.moon.full_moon'])
    },
  )

  it('that a table names and no plugin brought is refused by name', () => {
    const decision = engine(asking).rules.decide(ask('for_review'))
    expect(decision.ok ? '' : decision.refusal.message).toContain('x.moon.full_moon')
  })

  it('cannot take the name of another', () => {
    expect(() => engine(DEFAULT_WORKFLOW, [fullMoon({ name: 'gates_passed' })])).toThrow('gates_passed')
  })

  it('that fails to answer refuses the move under its own name', () => {
    const broken = fullMoon({ blockers: () => JSON.parse('no JSON') as string[] })
    const error = errorOf(() => engine(asking, [broken]).rules.decide(ask('for_review')))
    expect(error).toMatchObject({
      kind: 'InternalError',
      context: { rule: 'x.moon.full_moon', work_package: 'WP01' },
    })
  })
})

describe('post-functions', () => {
  // Cast: only the ids and lanes are looked at.
  const made = (repeated = false): MadeMove => ({
    feature: '001-demo',
    workPackage: 'WP01',
    from: 'planned',
    to: 'doing',
    event: noteFields(1) as unknown as MadeMove['event'],
    repeated,
  })

  it('run in their own part of the command; a repeat runs only those that may be run twice', async () => {
    const ran: string[] = []
    const { rules } = engine(DEFAULT_WORKFLOW, [
      { name: 'x.a.locked', phase: 'after', underLock: true, after: () => void ran.push('locked') },
      { name: 'x.a.released', phase: 'after', after: async () => void ran.push('released') },
    ])
    for (const repeated of [false, true]) {
      await rules.follow([made(repeated)], 'underLock')
      await rules.follow([made(repeated)], 'released')
    }
    expect(ran).toEqual(['locked', 'released', 'locked'])
  })

  it('that take all moves of an append run once for them, and never for none', async () => {
    const ran: string[] = []
    const { rules } = engine(DEFAULT_WORKFLOW, [
      {
        name: 'x.a.all',
        phase: 'after',
        after: () => void ran.push('one'),
        afterAll: (moves) => void ran.push(moves.map(({ workPackage }) => workPackage).join(' ')),
      },
      { name: 'x.a.each', phase: 'after', after: ({ workPackage }) => void ran.push(workPackage) },
    ])
    await rules.follow([made(), { ...made(), workPackage: 'WP02' }], 'released')
    await rules.follow([], 'released')
    await rules.follow([made(true)], 'released')
    expect(ran).toEqual(['WP01 WP02', 'WP01', 'WP02'])
  })

  it('that fail are a warning, and the next one still runs', async () => {
    const ran: string[] = []
    const { rules, notices } = engine(DEFAULT_WORKFLOW, [
      { name: 'x.a.broken', phase: 'after', after: () => Promise.reject(new Error('no network')) },
      { name: 'x.a.next', phase: 'after', after: () => void ran.push('next') },
    ])
    await rules.follow([made()], 'released')
    expect(notices.all).toEqual(['WP01 was moved to doing, but x.a.broken failed after it: no network'])
    expect(ran).toEqual(['next'])
  })
})

/** Tables as a project might write them: lanes, some of them terminal, and any moves between them. */
const anyTable = fc
  .record({
    lanes: fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 2, maxLength: 6 }),
    edges: fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.boolean()), { maxLength: 15 }),
    terminal: fc.nat(5),
  })
  .map(({ lanes, edges, terminal }) => {
    const lane = (at: number): string => lanes[at % lanes.length] ?? ''
    const moves = Object.fromEntries(
      lanes.map((from, at) => [
        from,
        edges
          .filter(([source]) => source % lanes.length === at)
          .map(([, to, forcedOnly]) => ({ to: lane(to), forcedOnly })),
      ]),
    )
    const check = checkWorkflow({ name: 'any', lanes, done: [lane(1)], terminal: [lane(terminal)], moves })
    if (!check.ok) throw new Error(JSON.stringify(check.problems))
    return check.table
  })

describe('no sequence of accepted moves leaves the table', () => {
  const tables = fc.oneof(fc.constant(DEFAULT_WORKFLOW), fc.constant(REVIEWED_WORKFLOW), anyTable)
  const attempts = fc.array(
    fc.record({
      lane: fc.nat(20),
      force: fc.boolean(),
      actor: fc.constantFrom('ada', 'bob'),
      given: fc.boolean(),
    }),
    { maxLength: 40 },
  )

  it('given any table, when any moves are tried, then each accepted one is in it or was forced, and leads to a lane of it', () => {
    fc.assert(
      fc.property(tables, attempts, (table, tries) => {
        const { rules } = engine(table)
        let state = { ...emptyWorkPackage('001-demo', 'WP01', table), created: true }
        for (const { lane, force, actor, given } of tries) {
          const wanted = [...table.lanes, 'nowhere', 'constructor']
          const to = wanted[lane % wanted.length] ?? ''
          const extra = given ? { review_ref: 'PR#1', evidence: 'e', reason: 'r' } : {}
          const decision = rules.decide({ state, to, actor, force, dependencies: [], ...extra })
          if (!decision.ok) continue
          expect(table.lanes).toContain(to)
          expect(decision.events).toMatchObject([{ payload: { old_status: state.lane, new_status: to } }])
          if (force) expect(given).toBe(true)
          else {
            expect(validTransitions(table, state.lane)).toContain(to)
            expect(table.terminal).not.toContain(state.lane)
          }
          state = { ...state, lane: to, lane_actor: actor }
        }
      }),
      { numRuns: 300 },
    )
  })
})
