import { expect, it } from 'vitest'
import { addTo, groupBy } from '../../../src/core/log/group-by.js'

it('groups keep the order of their items, and are added to in place', () => {
  const groups = groupBy(['a1', 'b1', 'a2'], (text) => text.slice(0, 1))
  const before = groups.get('a')
  addTo(groups, 'a', 'a3')
  addTo(groups, 'c', 'c1')
  expect(groups.get('a')).toBe(before)
  expect([...groups]).toEqual([
    ['a', ['a1', 'a2', 'a3']],
    ['b', ['b1']],
    ['c', ['c1']],
  ])
})
