import { describe, expect, it } from 'vitest'
import {
  type Definition,
  differences,
  isChanged,
  type PlaceHistory,
  type PlaceValue,
} from '../../../src/core/specs/definition.js'

const T: Definition = { title: 'T', priority: 2, dependencies: ['WP01'], subtasks: ['T001', 'T002'] }

function title(file: string, logged: string, history: Partial<PlaceHistory> = {}): boolean {
  const [difference] = differences({ ...T, title: file }, { ...T, title: logged.at(-1) ?? '' })
  if (difference === undefined) throw new Error('no difference')
  return isChanged(difference, { logged: Array.from(logged), committed: [], synced: undefined, ...history })
}

function subtask(inFile: boolean, logged: readonly boolean[], history: Partial<PlaceHistory> = {}): boolean {
  const place = { register: 'subtasks' as const, element: 'T009' }
  return isChanged(
    { ...place, file: inFile, log: !inFile },
    { logged, committed: [], synced: undefined, ...history },
  )
}

const synced = (value: PlaceValue, isCurrent = true) => ({ synced: { value, isCurrent } })

describe('where file and log differ', () => {
  it('is told by value: order and repetition are no difference', () => {
    expect(differences(T, { ...T, subtasks: ['T002', 'T001', 'T002'] })).toEqual([])
    expect(
      differences({ ...T, title: 'U', priority: 0, subtasks: ['T001', 'T003'], dependencies: [] }, T),
    ).toEqual([
      { register: 'title', element: null, file: 'U', log: 'T' },
      { register: 'priority', element: null, file: 0, log: 2 },
      { register: 'dependencies', element: 'WP01', file: false, log: true },
      { register: 'subtasks', element: 'T003', file: true, log: false },
      { register: 'subtasks', element: 'T002', file: false, log: true },
    ])
  })
})

describe('changed or behind', () => {
  it('is changed where the log never had the value', () => {
    expect(title('C', 'AB')).toBe(true)
    expect(subtask(true, [false])).toBe(true)
  })

  it('is changed where both values are committed and the file is set back, by an editor or by a revert', () => {
    expect(title('A', 'AB', { committed: ['A', 'B'] })).toBe(true)
    expect(title('A', 'AB', { committed: ['A', 'B', 'A'] })).toBe(true)
  })

  it('is changed where this checkout synced a value that is gone from the file', () => {
    expect(title('A', 'AB', { committed: ['A'], ...synced('B') })).toBe(true)
    expect(title('A', 'AB', { committed: ['A'] })).toBe(false)
  })

  it('is behind after a checkout of an older commit, and where the log alone went on', () => {
    expect(title('A', 'AB', { committed: ['A'], ...synced('B', false) })).toBe(false)
    expect(title('A', 'AB', { committed: ['A'], ...synced('A') })).toBe(false)
    expect(title('X', 'TXY', { committed: ['T', 'X'] })).toBe(false)
  })

  it('is changed where the work tree differs from HEAD and from what was synced here', () => {
    expect(title('B', 'ABC', { committed: ['A'], ...synced('A', false) })).toBe(true)
    expect(title('B', 'ABC', { committed: ['A'], ...synced('B', false) })).toBe(false)
  })

  it('takes no notice of values that were committed and never synced', () => {
    expect(title('A', 'AB', { committed: ['draft', 'A'] })).toBe(false)
    expect(title('A', 'AB', { committed: ['A', 'typo', 'A'] })).toBe(false)
  })

  it('removes an element only where a version of the file had it', () => {
    expect(subtask(false, [false, true])).toBe(false)
    expect(subtask(false, [false, true], { committed: [false, false] })).toBe(false)
    expect(subtask(false, [false, true], { committed: [true] })).toBe(true)
    expect(subtask(false, [false, true], { committed: [true, false] })).toBe(true)
    expect(subtask(false, [false, true], synced(true))).toBe(true)
  })

  it('does not add again what the log removed after the file had it', () => {
    expect(subtask(true, [false, true, false], { committed: [true] })).toBe(false)
    expect(subtask(true, [false, true, false], { committed: [true, false, true] })).toBe(true)
  })
})
