import { describe, expect, it } from 'vitest'
import { compareNames, compareEvents } from '../src/index.js'

describe('the orders', () => {
  it('of events is by clock, then by ID', () => {
    const at = (lamport_clock: number, event_id: string) => ({ lamport_clock, event_id })
    expect(compareEvents(at(1, 'b'), at(2, 'a'))).toBe(-1)
    expect(compareEvents(at(2, 'a'), at(1, 'b'))).toBe(1)
    expect(compareEvents(at(1, 'a'), at(1, 'b'))).toBe(-1)
    expect(compareEvents(at(1, 'b'), at(1, 'a'))).toBe(1)
    expect(compareEvents(at(1, 'a'), at(1, 'a'))).toBe(0)
  })

  it('of names counts numbers as people do', () => {
    const sorted = [
      '',
      'WP',
      'WP0',
      'WP00',
      'WP1',
      'WP01',
      'WP2',
      'WP09',
      'WP10',
      'WP10a',
      'WP10a2',
      'WP10a10',
      'WP99',
      'WP100',
      'WQ1',
      'a7',
      'ab',
    ]
    const shuffled = [...sorted].sort()
    const order = [...shuffled].sort(compareNames)
    for (const name of sorted) expect(compareNames(name, name)).toBe(0)
    const pairs = [
      ['WP9', 'WP10'],
      ['WP99', 'WP100'],
      ['WP', 'WP1'],
      ['WP1', 'WP1a'],
      ['WP1a', 'WP2'],
      ['a9b9', 'a9b10'],
      ['WP007', 'WP8'],
      ['WP08', 'WP010'],
      ['WP1', 'WQ'],
      ['1', 'a'],
      ['100', 'a'],
      ['x01', 'x1'],
      ['a10', 'a10b'],
      ['WP010', 'WP10'],
    ] as const
    for (const [less, more] of pairs) {
      expect(compareNames(less, more), `${less} ${more}`).toBeLessThan(0)
      expect(compareNames(more, less), `${more} ${less}`).toBeGreaterThan(0)
    }
    expect(order.indexOf('WP99')).toBeLessThan(order.indexOf('WP100'))
  })
})
