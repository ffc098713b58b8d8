import { describe, expect, it } from 'vitest'
import {
  checkNew,
  createRegistry,
  CyclicDependencyError,
  joinHeads,
  MAX_PARENTS,
  topologicalSort,
} from '../src/index.js'
import { event, ulid } from './support.js'

interface Node {
  readonly event_id: string
  readonly causation_id: string | null
  readonly parents?: readonly string[]
}

const node = (event_id: string, causation_id: string | null = null, parents?: string[]): Node => ({
  event_id,
  causation_id,
  ...(parents && { parents }),
})
const ids = (nodes: readonly Node[]) => nodes.map(({ event_id: id }) => id).join('')

describe('causes before effects', () => {
  it('leaves what is in order in its order, and takes roots as they come', () => {
    expect(ids(topologicalSort([node('b'), node('a'), node('c', 'b')]))).toBe('bac')
    expect(topologicalSort([])).toEqual([])
  })

  it('puts effects behind their causes, first in, first out', () => {
    const events = [node('d', 'b'), node('c', 'a'), node('b', 'a'), node('a'), node('e', 'a')]
    expect(ids(topologicalSort(events))).toBe('acbed')
  })

  it('passes over causes that are not among the events', () => {
    expect(ids(topologicalSort([node('b', 'x'), node('a')]))).toBe('ba')
  })

  it('goes by parents where that is asked for, and waits for all of them', () => {
    const events = [node('c', null, ['a', 'b', 'x']), node('b', null, ['a']), node('a', 'c')]
    expect(ids(topologicalSort(events, 'parents'))).toBe('abc')
    expect(ids(topologicalSort(events, 'causation_id'))).toBe('cba')
  })

  it('names the events in a circle, or behind one, in input order', () => {
    const circle = [node('d', 'b'), node('a'), node('b', 'c'), node('c', 'b')]
    let error: unknown
    try {
      topologicalSort(circle)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(CyclicDependencyError)
    expect(error).toMatchObject({
      name: 'CyclicDependencyError',
      ids: ['d', 'b', 'c'],
      message: 'No order exists: 3 events depend on each other in a circle, among them d.',
    })
  })
})

describe('more heads than one event may name', () => {
  const heads = (count: number) => Array.from({ length: count }, (_, at) => ulid(at + 1))

  it('are no more than it may name, and need no join', () => {
    expect(joinHeads(heads(3), 3)).toEqual({ joins: [], rest: heads(3) })
    expect(joinHeads(heads(MAX_PARENTS))).toEqual({ joins: [], rest: heads(MAX_PARENTS) })
    expect(joinHeads([])).toEqual({ joins: [], rest: [] })
  })

  it.each([
    [4, 3, [3], 1],
    [5, 3, [3], 2],
    [6, 3, [3, 3], 0],
    [7, 3, [3, 3], 1],
    [8, 3, [3, 3, 2], 0],
    [9, 3, [3, 3, 3], 0],
  ])('are joined as far as they must be: %i of at most %i', (count, most, joins, rest) => {
    const joined = joinHeads(heads(count), most)
    expect(joined.joins.map((join) => join.length)).toEqual(joins)
    expect(joined.rest).toHaveLength(rest)
    expect([...joined.joins.flat(), ...joined.rest]).toEqual(heads(count))
    expect(joined.joins.length + joined.rest.length).toBeLessThanOrEqual(most)
  })

  it('may have the longest ids that a log may hold, and leave room in every line', () => {
    const long = Array.from({ length: 2_000 }, (_, at) => '一'.repeat(196) + String(at).padStart(4, '0'))
    const { joins, rest } = joinHeads(long)
    expect([...joins.flat(), ...rest]).toEqual(long)
    const text = 'x'.repeat(100_000)
    const events = [
      ...joins.map((parents) => ({ ...event('HeadsJoined', {}, { id: 5000, clock: 3 }), parents })),
      { ...event('NoteAdded', { text }, { id: 5001, clock: 4 }), parents: [...heads(joins.length), ...rest] },
    ]
    for (const one of events) expect(checkNew(one, createRegistry())).toEqual([])
  })

  it('may be written as events', () => {
    const [join] = joinHeads(heads(MAX_PARENTS + 1)).joins
    const joined = { ...event('HeadsJoined', {}, { id: 5000, clock: 3 }), parents: join ?? [] }
    expect(checkNew(joined, createRegistry())).toEqual([])
  })
})
