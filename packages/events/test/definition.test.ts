import { describe, expect, it } from 'vitest'
import { fold, type LogEvent, type PayloadOf } from '../src/index.js'
import { event, ulid } from './support.js'

const create = (id: number, change: Partial<PayloadOf['WPCreated']> = {}, parents?: number[]) =>
  event(
    'WPCreated',
    {
      work_package_id: 'WP01',
      title: 'Login',
      dependencies: ['WP02'],
      subtasks: ['T001', 'T002'],
      ...change,
    },
    { id, parents },
  )
const change = (id: number, what: Partial<PayloadOf['WPChanged']>, parents?: number[]) =>
  event(
    'WPChanged',
    { work_package_id: 'WP01', source: { commit: null, author: null }, ...what },
    { id, parents },
  )
const tick = (id: number, subtask_id: string, parents?: number[]) =>
  event('SubtaskCompleted', { work_package_id: 'WP01', subtask_id, done: true }, { id, parents })
const removed = (id: string, ...seen: number[]) => ({ added: [], removed: [{ id, seen: seen.map(ulid) }] })
const added = (...ids: string[]) => ({ added: ids, removed: [] })
const subtasksOf = (events: LogEvent[]) => {
  const state = fold(events)
  return [state?.subtasks, state?.former_subtasks].map((list) =>
    (list ?? []).map(({ id, done }) => `${id}${done ? ' done' : ''}`),
  )
}

describe('a definition', () => {
  it('has the title and the priority that were written last', () => {
    expect(fold([create(1)])).toMatchObject({ title: 'Login', priority: 2 })
    expect(fold([create(1, { priority: 0 })])).toMatchObject({ priority: 0 })
    const changed = change(2, { title: { old: 'Login', new: 'Sign in' }, priority: { old: 2, new: 1 } })
    expect(fold([create(1), changed])).toMatchObject({
      title: 'Sign in',
      priority: 1,
      dependencies: ['WP02'],
    })
  })

  it('is in conflict where two writers gave it different titles, and agrees where they gave the same', () => {
    const titled = (id: number, title: string) => change(id, { title: { old: 'Login', new: title } }, [1])
    const base = create(1, {}, [])
    expect(fold([base, titled(2, 'A'), titled(3, 'B')])).toMatchObject({
      title: 'B',
      conflicts: [{ register: 'title', events: [{ value: 'A' }, { value: 'B' }] }],
    })
    expect(fold([base, titled(2, 'A'), titled(3, 'A')])?.conflicts).toEqual([])
    const settled = change(4, { title: { old: 'B', new: 'A' } }, [2, 3])
    expect(fold([base, titled(2, 'A'), titled(3, 'B'), settled])).toMatchObject({ title: 'A', conflicts: [] })
  })

  it('keeps what two writers added, and loses only what a writer had seen', () => {
    const base = create(1, {}, [])
    const mine = change(2, { dependencies: added('WP03') }, [1])
    const theirs = change(3, { dependencies: removed('WP02', 1) }, [1])
    const again = change(4, { dependencies: added('WP02') }, [1])
    expect(fold([base, mine, theirs])).toMatchObject({ dependencies: ['WP03'], conflicts: [] })
    expect(fold([base, theirs, again])?.dependencies).toEqual(['WP02'])
  })

  it('created twice is what both wrote, and what the later one wrote where it had seen the earlier', () => {
    const other = { title: 'Login', dependencies: ['WP05'], subtasks: ['T002', 'T003'] }
    const concurrent = fold([create(1, {}, []), create(2, other, [])])
    expect(concurrent).toMatchObject({ dependencies: ['WP05', 'WP02'], conflicts: [] })
    expect(fold([create(1, {}, []), create(2, other, [1])])?.dependencies).toEqual(['WP05'])
  })

  it('that loses a subtask keeps its history uncounted, and has it back as it was', () => {
    const gone = [create(1), tick(2, 'T001'), change(3, { subtasks: removed('T001', 1) })]
    expect(subtasksOf(gone)).toEqual([['T002'], ['T001 done']])
    expect(subtasksOf([...gone, change(4, { subtasks: added('T001') })])).toEqual([['T002', 'T001 done'], []])
  })

  it('does not count a subtask that is ticked while another writer removes it, in either order', () => {
    const base = create(1, {}, [])
    for (const [first, second] of [
      [2, 3],
      [3, 2],
    ] as const) {
      const events = [base, tick(first, 'T001', [1]), change(second, { subtasks: removed('T001', 1) }, [1])]
      expect(subtasksOf(events)).toEqual([['T002'], ['T001 done']])
    }
  })

  it('counts a subtask that was ticked without being listed', () => {
    expect(subtasksOf([create(1), tick(2, 'T009')])).toEqual([['T001', 'T002', 'T009 done'], []])
  })
})

describe('two packages under one id', () => {
  const named = (id: number, file: string, title = 'Login', parents: number[] = []) =>
    create(id, { file, title }, parents)

  it('are a collision, not a conflict', () => {
    expect(fold([named(1, 'WP01-a.md', 'A'), named(2, 'WP01-b.md', 'B')])).toMatchObject({
      conflicts: [],
      collision: [
        { file: 'WP01-a.md', event_id: ulid(1), title: 'A' },
        { file: 'WP01-b.md', event_id: ulid(2), title: 'B' },
      ],
    })
  })

  it('are one package where both name the same file, and its titles may be in conflict', () => {
    expect(fold([named(1, 'WP01-a.md', 'A'), named(2, 'WP01-a.md', 'B')])).toMatchObject({
      conflicts: [{ register: 'title' }],
      collision: [],
    })
    expect(fold([named(1, 'WP01-a.md'), create(2, {}, [])])?.collision).toEqual([])
  })

  it('are one again once a later creation has seen both', () => {
    const fork = [named(1, 'WP01-a.md'), named(2, 'WP01-b.md')]
    expect(fold([...fork, named(3, 'WP01-a.md', 'Login', [1, 2])])).toMatchObject({
      conflicts: [],
      collision: [],
    })
  })
})
