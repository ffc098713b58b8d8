import { describe, expect, it } from 'vitest'
import { fold, isHandover, withoutRenumbered, type LogEvent } from '../src/index.js'
import { event, moved, rawEvent, parsed, ulid } from './support.js'

/** The creation of WP02, which takes these events of WP01 along. */
const handover = (events: number[], sketch: { id: number; clock: number }): LogEvent =>
  event(
    'WPCreated',
    {
      work_package_id: 'WP02',
      title: 'Login',
      dependencies: [],
      subtasks: [],
      renumbered: { work_package_id: 'WP01', events: events.map(ulid) },
    },
    { ...sketch, entity: 'WP02' },
  )

describe('events that went to another package with its number', () => {
  const note = (id: number, clock = id) => event('NoteAdded', { text: 'x' }, { id, clock })

  it('count for their former package no longer, and the others do', () => {
    const [one, two, three] = [note(1), note(2), note(3)]
    const taken = handover([1, 3], { id: 9, clock: 9 })
    expect(withoutRenumbered([one, two, three, taken])).toEqual([two, taken])
    expect(withoutRenumbered([one, two, three])).toEqual([one, two, three])
  })

  it('are only those with a smaller clock than the handover', () => {
    const [earlier, same, later] = [note(1, 4), note(2, 5), note(3, 6)]
    const taken = handover([1, 2, 3], { id: 9, clock: 5 })
    expect(withoutRenumbered([earlier, same, later, taken])).toEqual([same, later, taken])
  })

  it('are those of the latest handover where there were several', () => {
    const own = note(1, 6)
    const [first, second] = [handover([1], { id: 8, clock: 9 }), handover([1], { id: 9, clock: 5 })]
    for (const order of [
      [own, first, second],
      [own, second, first],
    ])
      expect(withoutRenumbered(order)).not.toContain(own)
  })

  it('are handed over by a creation that says so, and by nothing else', () => {
    expect(isHandover(handover([1], { id: 9, clock: 9 }))).toBe(true)
    const creation = { work_package_id: 'WP02', title: 'Login', dependencies: [], subtasks: [] }
    expect(isHandover(event('WPCreated', creation))).toBe(false)
    expect(isHandover(moved('doing'))).toBe(false)
    expect(isHandover(parsed(rawEvent('x.acme.Poked', { renumbered: { events: [] } })))).toBe(false)
  })

  it('leave a board as if they had never been there', () => {
    const creation = event(
      'WPCreated',
      { work_package_id: 'WP01', title: 'Login', dependencies: [], subtasks: [] },
      { id: 1, clock: 1, parents: [] },
    )
    const move = moved('doing', { id: 2, clock: 2, parents: [1] })
    expect(fold([creation, move])).toMatchObject({ lane: 'doing', created: true })
  })
})
