import { describe, expect, it } from 'vitest'
import { readTaskwarrior } from '../../../src/core/transfer/taskwarrior/read-taskwarrior.js'
import { DEFAULT, file, item, itemsOf, lost, problemsOf } from '../../support/transfer.js'

const A = 'a360fc44-315c-4366-b70c-ea7e7520b749'
const B = 'b360fc44-315c-4366-b70c-ea7e7520b749'
const C = 'c360fc44-315c-4366-b70c-ea7e7520b749'
const task = (uuid: string, rest: object = {}) => ({
  id: 1,
  uuid,
  description: 'Buy milk',
  status: 'pending',
  entry: '20141018T050231Z',
  modified: '20141019T050231Z',
  urgency: 2,
  ...rest,
})
const text = (raw: string) => readTaskwarrior([file('tasks.json', raw)], DEFAULT)
const read = (...tasks: object[]) => text(JSON.stringify(tasks))

describe('an export of taskwarrior', () => {
  it('is read as one list, or as one object per line', () => {
    const lines = `${JSON.stringify(task(A))}\n${JSON.stringify(task(B))}\n`
    expect(itemsOf(text(lines))).toEqual(itemsOf(read(task(A), task(B))))
  })

  it('is read as one object', () => {
    expect(itemsOf(text(JSON.stringify(task(A))))).toHaveLength(1)
  })

  it('is known by uuid, for its number changes', () => {
    expect(item(read(task(A, { id: 7 })), A).title).toBe('Buy milk')
  })

  it('gives the times of entry and last change', () => {
    expect(item(read(task(A)), A)).toMatchObject({
      createdAt: '2014-10-18T05:02:31.000Z',
      updatedAt: '2014-10-19T05:02:31.000Z',
    })
  })

  it('takes completed as done at its end', () => {
    expect(item(read(task(A, { status: 'completed', end: '20150101T000000Z' })), A).lane).toMatchObject({
      role: 'done',
      at: '2015-01-01T00:00:00.000Z',
    })
  })

  it('takes a started task as work going on', () => {
    expect(item(read(task(A, { start: '20150101T000000Z' })), A).lane).toMatchObject({
      role: 'working',
      status: 'started',
      at: '2015-01-01T00:00:00.000Z',
    })
  })

  it.each([[{ status: 'waiting' }], [{ wait: '20990101T000000Z' }]])(
    'takes %j as planned, with a tag',
    (rest) => {
      expect(item(read(task(A, rest)), A)).toMatchObject({ tags: ['waiting'], lane: { role: 'stopped' } })
    },
  )

  it('skips deleted tasks, and reports recurring ones', () => {
    const document = read(
      task(A),
      task(B, { status: 'deleted' }),
      task(C, { status: 'recurring', recur: 'weekly' }),
    )
    expect(itemsOf(document)).toHaveLength(1)
    expect(lost(document)).toMatchObject({ 'deleted task': 1, 'recurring task': 1 })
  })

  it('takes depends as a list', () => {
    expect(item(read(task(A), task(B), task(C, { depends: [A, B] })), C).dependencies).toEqual([A, B])
  })

  it('takes depends as one text with commas', () => {
    expect(item(read(task(A), task(B), task(C, { depends: `${A}, ${B}` })), C).dependencies).toEqual([A, B])
  })

  it('leaves out a dependency on a task that is not exported, and a cycle', () => {
    const document = read(task(A, { depends: [B] }), task(B, { depends: [A, C] }))
    expect(lost(document)).toMatchObject({ 'dependency (unknown)': 1, 'dependency (cycle)': 1 })
  })

  it('takes annotations as notes', () => {
    expect(
      item(read(task(A, { annotations: [{ entry: '20150101T000000Z', description: 'soy\nmilk' }] })), A)
        .changes,
    ).toEqual([{ kind: 'note', id: null, at: '2015-01-01T00:00:00.000Z', by: null, text: 'soy\nmilk' }])
  })

  it('names an annotation without a text', () => {
    expect(problemsOf(read(task(A, { annotations: [{}] })))).toEqual([
      'tasks.json:- has an annotation without a description',
    ])
  })

  it('takes tags, the project as a tag, and the priority', () => {
    expect(item(read(task(A, { tags: ['shop'], project: 'home.kitchen', priority: 'H' })), A)).toMatchObject({
      tags: ['shop', 'project:home.kitchen'],
      priority: 'H',
    })
  })

  it('keeps attributes of the user and due dates in the body', () => {
    const document = read(task(A, { due: '20150201T000000Z', estimate: 'PT2H' }))
    expect(item(document, A).body).toBe('## Other fields\n\n- due: 20150201T000000Z\n- estimate: PT2H')
    expect(lost(document)).toMatchObject({ due: 1, estimate: 1 })
  })

  it('names damaged lines of a list that was cut, and reads the rest', () => {
    const raw = `[\n${JSON.stringify(task(A))},\n${JSON.stringify(task(B))},\n{"uuid":"c3`
    const document = text(raw)
    expect(itemsOf(document).map(({ id }) => id)).toEqual([A, B])
    expect(document.problems).toHaveLength(1)
  })

  it('names a task without a uuid, and something that is no task', () => {
    const document = read({ description: 'x', id: 0 }, ['x'])
    expect(problemsOf(document)).toEqual([
      'tasks.json:- is no task: not a JSON object',
      'tasks.json:- is no task: it has no uuid',
    ])
  })

  it('names a time that is none', () => {
    expect(problemsOf(read(task(A, { end: 'tomorrow' })))).toEqual([
      `tasks.json:- end of ${A} is no time; read without it`,
    ])
  })

  it('counts the newer one of two with one uuid', () => {
    const document = read(task(A, { description: 'newer', modified: '20200101T000000Z' }), task(A))
    expect(item(document, A).title).toBe('newer')
    expect(document.problems).toHaveLength(1)
  })

  it('reads a byte order mark and Windows line ends', () => {
    expect(itemsOf(text(`\ufeff${JSON.stringify(task(A))}\r\n${JSON.stringify(task(B))}\r\n`))).toHaveLength(
      2,
    )
  })

  it('reads an empty list', () => {
    expect(itemsOf(text('[]'))).toEqual([])
    expect(text('[\n]\n').problems).toEqual([])
  })

  it('reads 5,000 tasks', () => {
    expect(itemsOf(read(...Array.from({ length: 5_000 }, (_, at) => task(`u-${at}`))))).toHaveLength(5_000)
  })
})
