import { describe, expect, it } from 'vitest'
import { fold, type LogEvent } from '../src/index.js'
import { changeOf, parsed, rawEvent, ulid } from './support.js'

/** What an import said of an item at a time of the source. Each import has a key of its own. */
function imported(id: number, type: string, payload: object, minute: number, parents = [1]): LogEvent {
  const raw = rawEvent(type, { work_package_id: 'WP01', ...payload }, { id, clock: id, parents })
  const timestamp = `2026-11-22T10:${String(minute).padStart(2, '0')}:00.000Z`
  return parsed({ ...raw, timestamp, causation_id: `import:github:repo:item:${id}` })
}

const CREATED = { title: 'Login', dependencies: [], subtasks: ['T001'], priority: 2, file: 'a.md' }
const created = imported(1, 'WPCreated', CREATED, 0, [])
describe('two imports of one item that did not know of each other', () => {
  it.each<[string, string, object, object, object]>([
    [
      'its title',
      'WPChanged',
      changeOf({ title: { old: 'Login', new: 'new' } }),
      changeOf({ title: { old: 'Login', new: 'old' } }),
      { title: 'new', priority: 2 },
    ],
    [
      'its priority',
      'WPChanged',
      changeOf({ priority: { old: 2, new: 0 } }),
      changeOf({ priority: { old: 2, new: 1 } }),
      { title: 'Login', priority: 0 },
    ],
    [
      'one register of two',
      'WPChanged',
      changeOf({ title: { old: 'Login', new: 'new' } }),
      changeOf({ title: { old: 'Login', new: 'old' }, priority: { old: 2, new: 1 } }),
      { title: 'new', priority: 1 },
    ],
    ['its assignee', 'Assigned', { assignee: 'new' }, { assignee: 'old' }, { assignee: 'new' }],
    [
      'a subtask',
      'SubtaskCompleted',
      { subtask_id: 'T001', done: true },
      { subtask_id: 'T001', done: false },
      { subtasks: [{ id: 'T001', done: true }] },
    ],
    [
      'its lane',
      'WPStatusChanged',
      { old_status: 'planned', new_status: 'doing' },
      { old_status: 'planned', new_status: 'canceled' },
      { lane: 'doing' },
    ],
  ])('leave what the source said last, whatever their clocks: %s', (_, type, latest, older, result) => {
    const events = [created, imported(2, type, latest, 30), imported(3, type, older, 20)]
    for (const order of [events, [...events].reverse()])
      expect(fold(order)).toMatchObject({ ...result, conflicts: [] })
  })

  it('leave the title and the priority of the creation that the source said last', () => {
    const old = { ...CREATED, title: 'old', priority: 3 }
    const latest = imported(1, 'WPCreated', { ...CREATED, title: 'new', priority: 1 }, 30, [])
    expect(fold([latest, imported(2, 'WPCreated', old, 20, [])])).toMatchObject({ title: 'new', priority: 1 })
    const plain = { title: 'Login', dependencies: [], subtasks: ['T001'], file: 'a.md' }
    const without = imported(1, 'WPCreated', { ...plain, title: 'new' }, 30, [])
    const usual = fold([imported(1, 'WPCreated', plain, 0, [])])?.priority
    expect(fold([without, imported(2, 'WPCreated', old, 20, [])])).toMatchObject({
      title: 'new',
      priority: usual,
    })
  })

  it('are counted, and once where they are twins', () => {
    const one = imported(2, 'Assigned', { assignee: 'ada' }, 30)
    const twin = {
      ...imported(3, 'Assigned', { assignee: 'ada' }, 30),
      causation_id: one.causation_id,
    } as LogEvent
    const state = fold([created, one, twin])
    expect(state?.memory).toMatchObject({ imported: 2, twins: 1 })
    expect(state?.heads).toEqual(fold([created, one])?.heads)
    expect(fold([created, one])?.memory).toMatchObject({ imported: 2, twins: 0 })
    expect(ulid(2)).toBe(one.event_id)
  })
})
