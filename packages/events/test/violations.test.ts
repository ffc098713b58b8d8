import { describe, expect, it } from 'vitest'
import {
  decideMove,
  DEFAULT_WORKFLOW,
  emptyWorkPackage,
  moveViolations,
  parseEvent,
  type MoveFacts,
  type WorkflowTable,
} from '../src/index.js'
import { rawEvent } from './support.js'

const TABLE: WorkflowTable = {
  ...DEFAULT_WORKFLOW,
  name: 'small',
  conditions: ['not_someone_elses'],
  terminal: ['done'],
  moves: { planned: [{ to: 'doing', requires: ['subtasks_done', 'x.acme.open'] }] },
}
const state = {
  ...emptyWorkPackage('001-demo', 'WP01'),
  created: true,
  lane: 'planned',
  subtasks: [{ id: 'T001', done: false, event: null }],
}

function violations(from: string | null, to: string, changes: Partial<MoveFacts> = {}) {
  const facts = {
    state: { ...state, lane: from ?? 'planned' },
    to,
    actor: 'ada',
    dependencies: [],
    ...changes,
  }
  return moveViolations(TABLE, from, facts)
}
const message = (...given: Parameters<typeof violations>) => violations(...given).map((one) => one.message)

describe('everything that is wrong with a move', () => {
  it('is a lane that the table does not have', () => {
    const [first] = violations('planned', 'nowhere')
    expect(first).toEqual({
      phase: 'request',
      kind: 'ValidationError',
      guard: null,
      message: `"nowhere" is not a lane of the small workflow; use one of ${TABLE.lanes.join(', ')}.`,
      blockers: [],
    })
  })

  it('is force without a reason, and nothing else of a forced move', () => {
    expect(violations('done', 'planned', { force: true, reason: ' ' })).toEqual([
      {
        phase: 'request',
        kind: 'ValidationError',
        guard: null,
        message: 'Forcing a move of WP01 needs a reason, which is recorded; give one.',
        blockers: ['reason'],
      },
    ])
    expect(violations('done', 'planned', { force: true, reason: 'r' })).toEqual([])
  })

  it('is another one who has it', () => {
    const theirs = { ...state, lane: 'doing', lane_actor: 'bob' }
    expect(violations('doing', 'planned', { state: theirs })[0]).toEqual({
      phase: 'condition',
      kind: 'StateTransitionError',
      guard: 'not_someone_elses',
      message: 'WP01 is in doing with bob; ask them.',
      blockers: ['bob'],
    })
  })

  it('is a lane that is final, and a move that the table does not have', () => {
    expect(violations('done', 'planned')).toEqual([
      {
        phase: 'terminal',
        kind: 'StateTransitionError',
        guard: null,
        message: 'WP01 is done, which is final.',
        blockers: [],
      },
      {
        phase: 'table',
        kind: 'StateTransitionError',
        guard: null,
        message: 'WP01 cannot go from done to planned; it can go nowhere without force.',
        blockers: [],
      },
    ])
    expect(message(null, 'done').join()).not.toContain('final')
  })

  it('is what its guards find, and a guard that is not there', () => {
    expect(violations('planned', 'doing')).toEqual([
      {
        phase: 'validator',
        kind: 'StateTransitionError',
        guard: 'subtasks_done',
        message: 'WP01 has open subtasks: T001; mark them done first.',
        blockers: ['T001'],
      },
      {
        phase: 'validator',
        kind: 'ValidationError',
        guard: 'x.acme.open',
        message:
          'The small workflow names the guard x.acme.open, which is not registered; register or remove it.',
        blockers: ['x.acme.open'],
      },
    ])
  })

  it('is for a package in a lane of no table what it is for others', () => {
    const facts = { state: { ...state, lane: 'gone' }, to: 'gone', actor: 'ada', dependencies: [] }
    expect(decideMove(TABLE, facts)).toMatchObject({
      ok: false,
      refusal: { kind: 'ValidationError', message: message('gone', 'gone')[0], requested_status: 'gone' },
    })
  })
})

describe('a line made to harm its reader', () => {
  const problem = (payload: object): unknown => {
    const result = parseEvent(rawEvent('x.acme.Poked', payload, { id: 1 }))
    return result.ok ? undefined : result.problem.message
  }
  const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))

  it('is nested too deeply', () => {
    expect(problem({ a: nested(62) })).toBeUndefined()
    expect(problem({ a: nested(63) })).toContain('it is nested deeper than 64 levels')
  })

  it('holds too many objects and lists', () => {
    const many = (count: number) => Array.from({ length: count }, () => ({}))
    expect(problem({ a: many(199_997) })).toBeUndefined()
    expect(problem({ a: many(199_998) })).toContain('it holds more than 200000 objects and lists')
  })

  it('has a key that reaches object prototypes, and may be about a constructor', () => {
    const reaches = 'it holds a key that reaches object prototypes'
    expect(problem(JSON.parse('{"a":[{"__proto__":1}]}') as object)).toContain(reaches)
    expect(problem(JSON.parse('{"a":{"constructor":{}}}') as object)).toContain(reaches)
    expect(problem(JSON.parse('{"a":{"constructor":"steel"}}') as object)).toBeUndefined()
  })
})
