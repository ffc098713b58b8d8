import { describe, expect, it } from 'vitest'
import {
  arrived,
  type BoardState,
  opened,
  type OpenPackage,
} from '../../../src/core/cli/board/board-state.js'
import { CONFLICT } from '../render/documents.js'
import { ABOUT, boardOf, FEATURE, inLane, PACKAGES, pressed, stateOf, typed } from './boards.js'

const keyOf = (id: string): string => `${FEATURE}/${id}`
const openConflict = { ...CONFLICT, feature: FEATURE, entity_id: 'WP03', open: true }

describe('the cursor', () => {
  it('starts on the first package, and moves by arrows and by vi keys, within the board', () => {
    const at = (...keys: string[]): string | undefined => pressed(stateOf(), ...keys).state.cursor.key
    expect(at()).toBe(keyOf('WP01'))
    expect([at('down'), at('j')]).toEqual([keyOf('WP02'), keyOf('WP02')])
    expect([at('right'), at('l'), at('l', 'left'), at('l', 'h')]).toEqual(
      ['WP03', 'WP03', 'WP01', 'WP01'].map(keyOf),
    )
    expect([at('j', 'j', 'j', 'k'), at('G'), at('G', 'g'), at('pagedown'), at('end', 'home')]).toEqual(
      ['WP01', 'WP02', 'WP01', 'WP02', 'WP01'].map(keyOf),
    )
    expect([at('h', 'k'), at('l', 'l', 'l', 'l', 'l', 'l', 'l')]).toEqual([keyOf('WP01'), undefined])
  })

  it('follows its package into the lane where another process has moved it', () => {
    const { state } = pressed(stateOf(), 'j')
    const moved = PACKAGES.map((one) => (one.work_package === 'WP02' ? { ...one, lane: 'doing' } : one))
    expect(arrived(state, boardOf(moved), ABOUT).cursor).toEqual({ lane: 'doing', at: 0, key: keyOf('WP02') })
  })

  it('goes to the neighbor of a package that is gone, and to another lane when that was the last', () => {
    const gone = (id: string) => boardOf(PACKAGES.filter((one) => one.work_package !== id))
    expect(arrived(pressed(stateOf(), 'j').state, gone('WP02'), ABOUT).cursor.key).toBe(keyOf('WP01'))
    expect(arrived(pressed(stateOf(), 'l').state, gone('WP03'), ABOUT).cursor.key).toBe(keyOf('WP01'))
    expect(arrived(stateOf(), { features: [], not_compared: 0 }, ABOUT).cursor.key).toBeUndefined()
  })
})

describe('moving', () => {
  it('asks for a lane that the workflow opens, and expects the lane shown', () => {
    const { state, ask } = pressed(stateOf(), 'l', 'm', 'return')
    expect(ask).toMatchObject({
      name: 'move',
      given: { feature: FEATURE, work_package: 'WP03', to: 'for_review', expect: 'doing' },
    })
    expect(state.prompt).toBeUndefined()
    expect(pressed(stateOf(), 'l', 'm', '2').ask).toMatchObject({ given: { to: 'planned' } })
    expect(pressed(stateOf(), 'l', 'm', 'right', 'return').ask).toMatchObject({ given: { to: 'planned' } })
    expect(pressed(stateOf(), 'l', 'm', '9').ask).toBeUndefined()
  })

  it('asks for the reason where the move needs one, and moves nothing without', () => {
    const { state, ask } = pressed(stateOf(), 'm', '2')
    expect(ask).toBeUndefined()
    expect(state.prompt).toMatchObject({ kind: 'words', move: { to: 'canceled', missing: ['reason'] } })
    expect(pressed(state, 'return').ask).toBeUndefined()
    expect(pressed(typed(state, 'no longer wanted'), 'return').ask).toMatchObject({
      given: { to: 'canceled', reason: 'no longer wanted' },
    })
  })

  it('expects the lane that was shown when it began, also after another process has moved the package', () => {
    const winner = boardOf(
      PACKAGES.map((one) => (one.work_package === 'WP01' ? { ...one, lane: 'doing' } : one)),
    )
    const choosing = arrived(pressed(stateOf(), 'm').state, winner, ABOUT)
    expect(pressed(choosing, 'return').ask).toMatchObject({ given: { to: 'doing', expect: 'planned' } })
    const typing = arrived(typed(pressed(stateOf(), 'm', '2').state, 'not wanted'), winner, ABOUT)
    expect(pressed(typing, 'return').ask).toMatchObject({ given: { to: 'canceled', expect: 'planned' } })
  })

  it('acts on nothing after escape, and on nothing in an empty lane', () => {
    const { state, ask } = pressed(stateOf(), 'm', 'escape')
    expect([state.prompt, ask]).toEqual([undefined, undefined])
    for (const name of ['m', 'c', 'n', 't', 'return']) {
      const inEmptyLane = pressed(stateOf(), 'l', 'l', 'l', name)
      expect(inEmptyLane.ask).toBeUndefined()
      expect(inEmptyLane.state.prompt).toBeUndefined()
    }
  })

  it('claims as the claim command does', () => {
    expect(pressed(stateOf(), 'c').ask).toMatchObject({
      name: 'claim',
      given: { feature: FEATURE, work_package: 'WP01' },
    })
  })
})

describe('typing', () => {
  it('takes letters as text, not as keys, and edits by drawn characters', () => {
    const { state } = pressed(stateOf(), 'n')
    expect(typed(state, 'quit q 日本 é').prompt).toMatchObject({ text: 'quit q 日本 é' })
    const accented = typed(state, 'ae\u0301')
    expect(pressed(accented, 'backspace').state.prompt).toMatchObject({ text: 'a' })
    expect(pressed(typed(state, '  '), 'return').ask).toBeUndefined()
    expect(pressed(typed(state, 'call grace '), 'return').ask).toMatchObject({
      name: 'note',
      given: { work_package: 'WP01', text: 'call grace' },
    })
  })

  it('takes pasted lines as one text, and pasted text outside of a prompt as nothing', () => {
    const { state } = pressed(stateOf(), 'n', 'paste-start')
    const pasted = pressed(typed(state, 'one'), 'return', 'q', 'paste-end')
    expect(pasted.state.prompt).toMatchObject({ text: 'one q' })
    const outside = pressed(stateOf(), 'paste-start', 'q', 'c', 'm')
    expect([outside.ask, outside.state.prompt]).toEqual([undefined, undefined])
    expect(pressed(outside.state, 'paste-end', 'q').ask).toEqual({ kind: 'quit' })
  })

  it('types no control characters', () => {
    const { state } = pressed(stateOf(), 'n', '\u001b[31m', '\u0007', '\u009b')
    expect(state.prompt).toMatchObject({ text: '' })
  })

  it('filters while it types, keeps the filter on enter, and restores it on escape', () => {
    const shown = (state: BoardState): string | undefined => state.cursor.key
    const weighing = typed(pressed(stateOf(), '/').state, 'SCALE weigh')
    expect(shown(weighing)).toBe(keyOf('WP02'))
    expect(pressed(weighing, 'escape').state.filter).toBe('')
    const kept = pressed(weighing, 'return').state
    expect([kept.filter, kept.prompt]).toEqual(['SCALE weigh', undefined])
    expect(pressed(kept, 'escape').state.filter).toBe('')
    expect(shown(typed(pressed(stateOf(), '/').state, 'nothing like it'))).toBeUndefined()
  })
})

describe('an open package', () => {
  const page = (...done: boolean[]): OpenPackage => ({
    // Keys look at the subtasks only.
    detail: {} as OpenPackage['detail'],
    subtasks: done.map((is, at) => ({ id: `T00${at + 1}`, done: is })),
    text: null,
  })
  const ofWp03 = (...keys: string[]) => {
    const { state } = pressed(stateOf(), 'l', ...keys)
    return opened(state, keyOf('WP03'), page(true, false))
  }

  it('is read on enter, and left by escape, q and the left arrow', () => {
    expect(pressed(stateOf(), 'l', 'return').ask).toEqual({ kind: 'open', key: keyOf('WP03') })
    for (const name of ['escape', 'q', 'left', 'h'])
      expect(pressed(ofWp03('return'), name)).toMatchObject({ state: { view: { kind: 'board' } } })
  })

  it('has its subtasks ticked and opened again, also straight from the board', () => {
    expect(pressed(ofWp03('t'), 'down', 'space').ask).toMatchObject({
      name: 'tick',
      given: { work_package: 'WP03', subtask: 'T002', done: true },
    })
    expect(pressed(ofWp03('return', 't'), 'space').ask).toMatchObject({
      given: { subtask: 'T001', done: false },
    })
    expect(pressed(ofWp03('t'), 'escape', 'space').ask).toBeUndefined()
  })

  it('keeps the chosen subtask when the list changes, and ticks no other one', () => {
    const chosen = pressed(ofWp03('t'), 'down').state
    const subtasks = [{ id: 'T000', done: false }, ...page(true, false).subtasks]
    const grown = opened(chosen, keyOf('WP03'), { ...page(), subtasks })
    expect(pressed(grown, 'space').ask).toMatchObject({ given: { subtask: 'T002' } })
    const gone = opened(chosen, keyOf('WP03'), page(true))
    expect(gone.message?.text).toContain('T002 is gone')
    expect(pressed(gone, 'space').ask).toBeUndefined()
  })

  it('ignores the answer about a package that is no longer open', () => {
    const { state } = pressed(ofWp03('return'), 'escape')
    expect(opened(state, keyOf('WP03'), page(true))).toBe(state)
  })
})

describe('open conflicts', () => {
  it('are decided by choosing a side', () => {
    const state = stateOf(PACKAGES, [openConflict])
    expect(pressed(state, 'x', 'right', 'return').ask).toMatchObject({
      name: 'resolve',
      given: { feature: FEATURE, entity: 'WP03', keep: openConflict.events[1]?.event_id },
    })
  })

  it('close when the last one has been decided elsewhere', () => {
    const { state } = pressed(stateOf(PACKAGES, [openConflict]), 'x')
    expect(arrived(state, boardOf(PACKAGES), ABOUT).view).toEqual({ kind: 'board' })
  })

  it('keep the chosen side when another process changes the list, and decide no other one', () => {
    const other = { ...openConflict, entity_id: 'WP01', events: openConflict.events.slice(0, 2) }
    const { state } = pressed(stateOf(PACKAGES, [other, openConflict]), 'x', 'down', 'right')
    const fewer = arrived(state, boardOf(PACKAGES, [openConflict]), ABOUT)
    expect(pressed(fewer, 'return').ask).toMatchObject({
      given: { entity: 'WP03', keep: openConflict.events[1]?.event_id },
    })
    const swapped = { ...openConflict, events: [...openConflict.events].reverse() }
    expect(pressed(arrived(state, boardOf(PACKAGES, [swapped]), ABOUT), 'return').ask).toMatchObject({
      given: { keep: openConflict.events[1]?.event_id },
    })
  })

  it('choose nothing, and say so, once the chosen one has been decided by another process', () => {
    const other = { ...openConflict, entity_id: 'WP01' }
    const { state } = pressed(stateOf(PACKAGES, [other, openConflict]), 'x')
    const left = arrived(state, boardOf(PACKAGES, [openConflict]), ABOUT)
    expect(left.message?.text).toContain('WP01: another process has decided the conflict')
    expect(pressed(left, 'return').ask).toBeUndefined()
    expect(pressed(left, 'right', 'return').ask).toMatchObject({ given: { entity: 'WP03' } })
  })

  it('say nothing of the kind about the one decided here', () => {
    const decided = pressed(stateOf(PACKAGES, [openConflict]), 'x', 'return').state
    expect(arrived(decided, boardOf(PACKAGES), ABOUT).message).toBeUndefined()
  })

  it('are not shown when there are none', () => {
    expect(pressed(stateOf(), 'x').state).toMatchObject({
      view: { kind: 'board' },
      message: { tone: 'faint' },
    })
  })
})

describe('keys that end', () => {
  it('interrupt and suspend from everywhere, and quit from the board', () => {
    for (const view of [[], ['n'], ['m'], ['return'], ['?'], ['/']]) {
      const { state } = pressed(stateOf([inLane('planned', 'WP01')]), ...view)
      expect(pressed(state, '^c').ask).toEqual({ kind: 'interrupt' })
      expect(pressed(state, '^z').ask).toEqual({ kind: 'suspend' })
    }
    expect(pressed(stateOf(), 'q').ask).toEqual({ kind: 'quit' })
  })
})
