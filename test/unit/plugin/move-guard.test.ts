import { describe, expect, it } from 'vitest'
import { DEFAULT_WORKFLOW, emptyWorkPackage, type MoveFacts } from '../../../src/core/events-lib.js'
import { definePlugin, definitionFault } from '../../../src/core/plugin/definition.js'
import { moveGuard } from '../../../src/core/plugin/host/move-guard.js'
import type { MoveCheck } from '../../../src/core/plugin/move-check.js'

const MOVE: MoveFacts = {
  state: emptyWorkPackage('001-x', 'WP01'),
  to: 'doing',
  actor: 'ada',
  dependencies: [],
}

/** What a rule of plain JavaScript says to the move. */
function said(check: () => unknown): { blockers: readonly string[]; message: string } {
  // Cast: no type keeps plain JavaScript from answering anything.
  const guard = moveGuard({ name: 'x.rule', phase: 'validator', check: check as MoveCheck['check'] })
  return { blockers: guard.blockers(MOVE, DEFAULT_WORKFLOW), message: guard.message(MOVE, []) }
}

describe("a plugin's rule", () => {
  it('lets a move pass with undefined, and refuses it with an objection', () => {
    expect(said(() => undefined).blockers).toEqual([])
    expect(said(() => ({ message: 'No.' }))).toEqual({ blockers: ['x.rule'], message: 'No.' })
    expect(said(() => ({ message: 'No.', blockers: ['T1'] })).blockers).toEqual(['T1'])
  })

  it.each([
    ['null', () => null],
    ['a text', () => 'no'],
    ['an objection without a message', () => ({})],
    ['a blank message', () => ({ message: ' ' })],
    ['blockers that are no list', () => ({ message: 'No.', blockers: 'T1' })],
    ['blockers that are no names', () => ({ message: 'No.', blockers: [{}] })],
  ])('refuses every move under its own name when it answers %s', (_, check) => {
    const { blockers, message } = said(check)
    expect(blockers).toEqual(['x.rule'])
    expect(message).toMatch(/^The rule x\.rule of a plugin failed: it answers neither .*; repair the plugin/)
  })

  it.each([
    ['lets it pass', () => Promise.resolve(undefined)],
    ['fails', () => Promise.reject(new Error('later'))],
  ])('refuses every move when it answers later, also one that then %s', async (_, check) => {
    const { blockers, message } = said(check)
    expect(blockers).toEqual(['x.rule'])
    expect(message).toContain('The rule x.rule of a plugin failed: it answers later')
    // A rejection that no one waits for would end the program here.
    await new Promise((resolve) => setImmediate(resolve))
  })
})

describe("what a rule does to a move's facts", () => {
  it('changes nothing for the event, or for the next rule', () => {
    const facts = structuredClone(MOVE)
    const meddling = moveGuard({
      name: 'x.rule',
      phase: 'validator',
      check: (given) => {
        // Casts: the types forbid this, plain JavaScript does not.
        Object.assign(given, { to: 'done' })
        Object.assign(given.state, { lane: 'for_review' })
        ;(given.dependencies as unknown[]).push({ id: 'WP02', lane: null })
        return undefined
      },
    })
    expect(meddling.blockers(facts, DEFAULT_WORKFLOW)).toEqual([])
    expect(facts).toEqual(MOVE)
  })
})

describe('a definition of plain JavaScript', () => {
  const rule = { name: 'x.rule', phase: 'validator', check: () => undefined }
  const hook = { name: 'tell', handle: () => undefined }
  const fault = (definition: object) => definitionFault(definePlugin({ name: 'x', ...definition }))

  it('is right with rules and hooks that kitty can call', () => {
    for (const more of [{ timeout: Infinity }, { from: 'start' }, { from: 'now' }, { from: undefined }])
      expect(fault({ moveChecks: [rule], afterEvents: [{ ...hook, ...more }] })).toBe(undefined)
  })

  it.each([{ phase: undefined }, { phase: 'validate' }, { check: 'yes' }])(
    'is refused with a rule that would never be asked: %j',
    (change) => {
      expect(fault({ moveChecks: [{ ...rule, ...change }] })).toBe(
        'its move check x.rule needs the phase "condition" or "validator", and a function check',
      )
    },
  )

  it.each([0, -1, NaN, '5'])('is refused with a hook that has no time: %j', (timeout) => {
    expect(fault({ afterEvents: [{ ...hook, timeout }] })).toBe(
      'the timeout of its hook tell must be a number of milliseconds',
    )
  })

  it.each(['begin', 'Start', '', null])(
    'is refused with a hook that starts at no known place: %j',
    (from) => {
      expect(fault({ afterEvents: [{ ...hook, from }] })).toBe(
        'its hook tell must start from "now" or "start"',
      )
    },
  )

  it('is refused with a hook that cannot be called', () => {
    expect(fault({ afterEvents: [{ name: 'tell' }] })).toBe('its hook tell needs a function handle')
  })

  it('is refused with two rules of one name, of which kitty could not tell which one refused', () => {
    expect(fault({ moveChecks: [rule, { ...rule }] })).toBe('it has two move checks named x.rule')
    expect(fault({ moveChecks: [rule, { ...rule, name: 'x.other' }] })).toBe(undefined)
  })

  it('is refused without a name', () => {
    expect(fault({ name: undefined })).toContain('its name undefined must be')
  })
})
