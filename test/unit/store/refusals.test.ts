import { describe, expect, it } from 'vitest'
import { createRegistry, type NewEvent } from '../../../src/core/events-lib.js'
import type { FeatureRow } from '../../../src/core/index/event-index.js'
import { refuseArchived } from '../../../src/core/store/refuse-archived.js'
import { refuseUnfit } from '../../../src/core/store/refuse-unfit.js'
import { note } from '../../support/events.js'
import { errorOf, stepsOf } from '../../support/kitty-error.js'

const AT = '2026-11-22T09:30:00.000Z'

describe('an archived feature', () => {
  const feature = (slug: string, reason: string | null | undefined): FeatureRow =>
    ({
      feature_slug: slug,
      archived: reason === undefined ? null : { actor: 'bob', at: AT, reason },
    }) as FeatureRow // the columns that are asked for
  const draft = (event_type: string, slug: string): NewEvent =>
    ({ event_type, entity_id: slug, entity_type: 'FeatureSpec', payload: { feature_slug: slug } }) as NewEvent

  it('takes no events, and the refusal says who archived it, when, why, and how to restore it', () => {
    const features = [feature('001-live', undefined), feature('002-gone', 'no longer wanted')]
    const drafts = [draft('NoteAdded', '001-live'), draft('NoteAdded', '002-gone')]
    const error = errorOf(() => refuseArchived(drafts, features))
    expect(error.kind).toBe('StateTransitionError')
    expect(error.message).toBe(
      `002-gone was archived by bob at ${AT}: no longer wanted; nothing was written.`,
    )
    expect(stepsOf(error).join(' ')).toContain('kitty archive 002-gone --restore')
    expect(error.context).toEqual({ feature_slug: '002-gone', archived_by: 'bob', archived_at: AT })
  })

  it('was archived without a reason: the refusal names none', () => {
    const error = errorOf(() => refuseArchived([draft('NoteAdded', '002-gone')], [feature('002-gone', null)]))
    expect(error.message).toBe(`002-gone was archived by bob at ${AT}; nothing was written.`)
  })

  it.each(['FeatureRestored', 'FeatureArchived'])('takes %s, and the others take everything', (type) => {
    const features = [feature('001-live', undefined), feature('002-gone', null)]
    expect(() => refuseArchived([draft(type, '002-gone')], features)).not.toThrow()
    expect(() => refuseArchived([draft('NoteAdded', '001-live')], features)).not.toThrow()
    expect(() => refuseArchived([draft('NoteAdded', '002-gone')], features.slice(0, 1))).not.toThrow()
    expect(() => refuseArchived([draft(type, '002-gone'), draft('NoteAdded', '002-gone')], features)).toThrow(
      'was archived',
    )
  })
})

describe('an event that may not be written', () => {
  const refuse = (...events: Parameters<typeof refuseUnfit>[0][number][]) =>
    errorOf(() => refuseUnfit(events, createRegistry()))

  it('breaks a rule for new events', () => {
    const unknown = note(2, { payload: { feature_slug: '001-login', text: 'hm', stray: 1 } })
    const error = refuse(note(1), unknown)
    expect(error.kind).toBe('ValidationError')
    expect(error.message).toMatch(/^The NoteAdded event is not valid: .*stray.*\.$/)
    expect(stepsOf(error)).toEqual(['Correct the value and run the command again; nothing was written.'])
    expect(error.context).toMatchObject({ event_type: 'NoteAdded' })
    expect(error.context?.['faults']).toHaveLength(1)
  })

  it('holds what looks like a secret, which the refusal does not repeat', () => {
    const secret = `ghp_${'a1B2'.repeat(9)}`
    const error = refuse(note(1, { payload: { feature_slug: '001-login', text: `use ${secret}` } }))
    expect(error.kind).toBe('ValidationError')
    expect(error.message).toMatch(
      /^The NoteAdded event holds what looks like .+\. Nothing was written: git would carry it to everyone\.$/,
    )
    expect(stepsOf(error)).toHaveLength(2)
    expect(stepsOf(error).join()).toMatch(/without the secret.*have it revoked/)
    expect(error.context).toMatchObject({ event_type: 'NoteAdded' })
    expect(error.context?.['secret']).toEqual(expect.any(String))
    expect(JSON.stringify([error.message, error.context, stepsOf(error)])).not.toContain(secret)
  })

  it('is none of those that follow all rules', () => {
    expect(() => refuseUnfit([note(1), note(2)], createRegistry())).not.toThrow()
  })
})
