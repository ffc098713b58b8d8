import { describe, expect, it } from 'vitest'
import { emptyWorkPackage, evolve, type LogEvent, type NewEvent } from '../../../src/core/events-lib.js'
import { Supposition, withStates } from '../../../src/core/store/supposition.js'
import { note } from '../../support/events.js'

const DRAFT: NewEvent<'NoteAdded'> = {
  event_type: 'NoteAdded',
  entity_id: 'WP01',
  entity_type: 'WorkPackage',
  payload: { feature_slug: '001-login', text: 'hm' },
}
const unknown = async (): Promise<undefined> => undefined

function supposing(...events: LogEvent[]): Supposition {
  return new Supposition([DRAFT], events, {})
}

describe('supposed events', () => {
  it('are taken once, and count as written from then on', async () => {
    const supposition = supposing(note(1))
    expect(supposition.isWritten).toBe(false)
    expect(supposition.take()).toEqual([DRAFT])
    expect(supposition.isWritten).toBe(true)
    expect(supposition.take()).toEqual([])
    expect(await supposition.states(unknown)).toEqual([])
  })

  it('make a state of a package that is not known yet, one event after the other', async () => {
    const [state, ...others] = await supposing(note(1), note(2)).states(unknown)
    expect(others).toEqual([])
    const first = evolve(emptyWorkPackage('001-login', 'WP01', undefined), note(1), {})
    expect(state).toEqual(evolve(first, note(2), {}))
  })

  it('go on from the state that is known, and ask for it once', async () => {
    const asked: string[] = []
    const known = evolve(emptyWorkPackage('001-login', 'WP01', undefined), note(1), {})
    const states = await supposing(note(2), note(3)).states(async (feature, id) => {
      asked.push(`${feature} ${id}`)
      return known
    })
    expect(states).toEqual([evolve(evolve(known, note(2), {}), note(3), {})])
    expect(asked).toEqual(['001-login WP01'])
  })

  it('make a state of each package that they are about', async () => {
    const there = { payload: { feature_slug: '002-x', text: 'hm' } }
    const states = await supposing(note(1), note(2, { entity_id: 'WP02' }), note(3, there)).states(unknown)
    expect(states.map(({ feature_slug, work_package_id }) => `${feature_slug} ${work_package_id}`)).toEqual([
      '001-login WP01',
      '001-login WP02',
      '002-x WP01',
    ])
  })

  it('change no package when they are about something else', async () => {
    const other = note(1, { entity_type: 'FeatureSpec', entity_id: '001-login' })
    expect(await supposing(other).states(unknown)).toEqual([])
  })
})

describe('a list with supposed states', () => {
  const state = (feature: string, id: string) => emptyWorkPackage(feature, id, undefined)
  const row = (feature_slug: string, work_package_id: string, from = 'the index') => ({
    feature_slug,
    work_package_id,
    from,
  })
  const shown = ({ feature_slug, work_package_id }: ReturnType<typeof state>) =>
    row(feature_slug, work_package_id, 'supposed')
  const list = [row('001-a', 'WP01'), row('001-a', 'WP02')]

  it('has each in place of the same package, and new ones at its end', () => {
    expect(withStates(list, [state('001-a', 'WP02'), state('002-b', 'WP01')], undefined, shown)).toEqual([
      row('001-a', 'WP01'),
      row('001-a', 'WP02', 'supposed'),
      row('002-b', 'WP01', 'supposed'),
    ])
  })

  it('leaves out those of other features than the one asked for', () => {
    expect(withStates(list, [state('001-a', 'WP02'), state('002-b', 'WP01')], '001-a', shown)).toEqual([
      row('001-a', 'WP01'),
      row('001-a', 'WP02', 'supposed'),
    ])
  })
})
