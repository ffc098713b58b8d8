import { describe, expect, it } from 'vitest'
import {
  DEFAULT_WORKFLOW,
  decideMove,
  emptyWorkPackage,
  type MoveFacts,
  type WorkPackageState,
} from '../src/index.js'

describe('the facts that a move records', () => {
  const from = (lane: string, change: Partial<WorkPackageState> = {}): WorkPackageState => ({
    ...emptyWorkPackage('001-demo', 'WP01'),
    created: true,
    lane,
    lane_actor: 'ada',
    ...change,
  })
  const payload = (facts: Partial<MoveFacts>, lane = 'planned', to = 'doing'): unknown => {
    const decision = decideMove(DEFAULT_WORKFLOW, {
      state: from(lane),
      to,
      actor: 'ada',
      dependencies: [],
      ...facts,
    })
    if (!decision.ok) throw new Error(decision.refusal.message)
    expect(decision.events).toHaveLength(1)
    return decision.events[0]?.payload
  }
  const plain = { feature_slug: '001-demo', old_status: 'planned', new_status: 'doing' }

  it('are the lanes, and of the rest only what was given', () => {
    expect(payload({})).toEqual(plain)
    expect(payload({ reason: null, session: null, force: false })).toEqual(plain)
    expect(payload({ reason: 'r', session: 's' })).toEqual({ ...plain, reason: 'r', session: 's' })
    expect(payload({ reason: 'r', force: true })).toEqual({ ...plain, reason: 'r', force: true })
  })

  it('are what the move’s guards looked at, also where it was forced', () => {
    // Casts: the guards look at a package's ID and lane alone.
    const done = [{ id: 'WP02', lane: 'done' }] as unknown as MoveFacts['dependencies']
    const open = [
      { id: 'WP02', lane: 'done' },
      { id: 'WP03', lane: 'doing' },
    ] as unknown as MoveFacts['dependencies']
    expect(payload({ dependencies: done })).toEqual({
      ...plain,
      dependency_status: { all_complete: true, incomplete_dependencies: [] },
    })
    expect(payload({ dependencies: open, force: true, reason: 'r' })).toMatchObject({
      dependency_status: { all_complete: false, incomplete_dependencies: ['WP03'] },
    })
  })

  it('need a reason where another one has the package', () => {
    const facts = { state: from('doing', { lane_actor: 'bob' }), to: 'doing', actor: 'ada', dependencies: [] }
    const decision = decideMove(DEFAULT_WORKFLOW, facts)
    expect(decision).toMatchObject({ ok: false })
    if (decision.ok) return
    expect(decision.refusal.kind).toMatch(/Error$/)
  })
})
