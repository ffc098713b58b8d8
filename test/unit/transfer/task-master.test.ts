import { describe, expect, it } from 'vitest'
import { readTaskMaster } from '../../../src/core/transfer/task-master/read-task-master.js'
import { DEFAULT, file, item, itemsOf, lost, problemsOf } from '../../support/transfer.js'

const task = (id: unknown, rest: object = {}) => ({
  id,
  title: `Task ${String(id)}`,
  description: 'D',
  status: 'pending',
  dependencies: [],
  priority: 'medium',
  details: '',
  testStrategy: '',
  subtasks: [],
  ...rest,
})
const read = (value: unknown) =>
  readTaskMaster([file('tasks.json', typeof value === 'string' ? value : JSON.stringify(value))], DEFAULT)
const tagged = (...tasks: object[]) =>
  read({ master: { tasks, metadata: { created: '2025-08-26T10:54:28.792Z' } } })

describe('a tasks.json', () => {
  it('reads the form with tags and the one without as the same', () => {
    const [now, before] = [
      tagged(task(1)),
      read({ tasks: [task(1)], metadata: { created: '2025-08-26T10:54:28.792Z' } }),
    ]
    expect(itemsOf(now)).toEqual(itemsOf(before))
    expect(now.features[0]!.id).toBe(before.features[0]!.id)
  })

  it('gives each tag a feature of its own, with equal ids apart', () => {
    const document = read({
      master: { tasks: [task(1)] },
      next: { tasks: [task(1), task(2, { dependencies: [1] })] },
    })
    expect(document.features.map(({ id, items }) => [id, items.map((one) => one.id)])).toEqual([
      ['', ['1']],
      ['next', ['next/1', 'next/2']],
    ])
    expect(item(document, 'next/2').dependencies).toEqual(['next/1'])
  })

  it('takes ids and dependencies as numbers or texts', () => {
    const document = tagged(task('1'), task(2, { dependencies: ['1'] }), task('3', { dependencies: [2] }))
    expect(itemsOf(document).map(({ id, dependencies }) => [id, dependencies])).toEqual([
      ['1', []],
      ['2', ['1']],
      ['3', ['2']],
    ])
  })

  it.each([
    ['pending', 'initial'],
    ['in-progress', 'working'],
    ['review', 'review'],
    ['done', 'done'],
    ['completed', 'done'],
    ['deferred', 'stopped'],
    ['blocked', 'stopped'],
    ['cancelled', 'dropped'],
  ])('takes status %s as %s', (status, role) => {
    expect(item(tagged(task(1, { status })), '1').lane).toMatchObject({ status, role })
  })

  it('plans an unknown status, and says so', () => {
    const document = tagged(task(1, { status: 'someday' }))
    expect(item(document, '1').lane?.role).toBe('initial')
    expect(lost(document)).toMatchObject({ 'status someday (as pending)': 1 })
  })

  it('takes what was added later as notes with their time, the rest as the body', () => {
    const details =
      'Before.\n<info added on 2025-05-14T08:33:00.000Z>\nFound out\nmore.\n</info added on 2025-05-14T08:33:00.000Z>\nAfter.'
    const found = item(tagged(task(1, { details, testStrategy: 'By hand' })), '1')
    expect(found.changes).toEqual([
      { kind: 'note', id: null, at: '2025-05-14T08:33:00.000Z', by: null, text: 'Found out\nmore.' },
    ])
    expect(found.body).toBe('D\n\n## Details\n\nBefore.\nAfter.\n\n## Test strategy\n\nBy hand')
  })

  it('leaves an addition that never ends in the body', () => {
    const found = item(tagged(task(1, { details: 'A <info added on 2025-05-14T08:33:00.000Z>\nlost' })), '1')
    expect(found.changes).toEqual([])
    expect(found.body).toContain('lost')
  })

  it('takes subtasks with what is done, and keeps the rest of them in the body', () => {
    const subtasks = [
      { id: 1, title: 'One', status: 'done', description: 'd1' },
      { id: '1.2', title: 'Two', status: 'in-progress', dependencies: [1] },
    ]
    const document = tagged(task(1, { subtasks }))
    expect(item(document, '1').subtasks).toEqual([
      { id: 'T001', title: 'One', done: true },
      { id: 'T002', title: 'Two', done: false },
    ])
    expect(item(document, '1').body).toContain('### T002: Two\n\nStatus: in-progress\n\nDepends on: 1')
    expect(lost(document)).toMatchObject({ 'subtask status in-progress': 1, 'dependency of a subtask': 1 })
  })

  it('waits for the whole task where a dependency names its subtask', () => {
    expect(item(tagged(task(1), task(2, { dependencies: ['1.2'] })), '2').dependencies).toEqual(['1'])
  })

  it('leaves out dependencies that are not there, and cycles', () => {
    const document = tagged(task(1, { dependencies: [2, 9] }), task(2, { dependencies: [1] }))
    expect(lost(document)).toMatchObject({ 'dependency (unknown)': 1, 'dependency (cycle)': 1 })
  })

  it('counts the first of two tasks with one id, and says so', () => {
    const document = tagged(task(1, { title: 'first' }), task('1', { title: 'second' }))
    expect(item(document, '1').title).toBe('first')
    expect(problemsOf(document)).toEqual([
      'tasks.json:- task 2 of tag master repeats the id 1; the first one counts',
    ])
  })

  it('names what is no task and reads the rest', () => {
    const document = tagged(task(1), { title: 'no id' }, 7 as unknown as object)
    expect(itemsOf(document)).toHaveLength(1)
    expect(document.problems).toHaveLength(2)
  })

  it('names half a file, and one that is something else', () => {
    expect(problemsOf(read('{"master": {"tasks": [{"id": 1'))).toEqual([
      'tasks.json:- cannot be read: not JSON',
    ])
    expect(problemsOf(read('[]'))).toEqual(['tasks.json:- is no tasks.json: it holds no object'])
    expect(problemsOf(read({ name: 'x' }))).toEqual(['tasks.json:- is no tasks.json: no tag in it has tasks'])
  })

  it('reads a byte order mark and Windows line ends', () => {
    const text = JSON.stringify({ tasks: [task(1, { description: 'a\r\nb' })] }, null, 2).replaceAll(
      '\n',
      '\r\n',
    )
    expect(item(read(`\ufeff${text}`), '1').body).toBe('a\nb')
  })

  it('survives a tag that is called like a part of every object', () => {
    const document = read(
      '{"__proto__": {"tasks": [{"id": 1, "title": "t"}]}, "constructor": {"tasks": [{"id": 2, "title": "u"}]}}',
    )
    expect(itemsOf(document).map(({ id }) => id)).toEqual(['__proto__/1', 'constructor/2'])
  })

  it('takes the time of the last change, where a task has one', () => {
    expect(
      item(tagged(task(1, { status: 'done', updatedAt: '2025-09-01T10:00:00.000Z' })), '1').lane?.at,
    ).toBe('2025-09-01T10:00:00.000Z')
  })

  it('counts keys it does not know', () => {
    expect(lost(tagged(task(1, { complexityScore: 7 })))).toMatchObject({ complexityScore: 1 })
  })

  it('is named by the project, where the file names one', () => {
    expect(read({ meta: { projectName: 'Shop' }, tasks: [task(1)] }).source).toBe('Shop')
    expect(tagged(task(1)).source).toBeNull()
  })

  it('reads an empty list', () => {
    expect(tagged().features[0]!.items).toEqual([])
    expect(tagged().problems).toEqual([])
  })

  it('reads 5,000 tasks', () => {
    expect(
      itemsOf(
        tagged(
          ...Array.from({ length: 5_000 }, (_, at) => task(at + 1, { dependencies: at === 0 ? [] : [at] })),
        ),
      ),
    ).toHaveLength(5_000)
  })
})
