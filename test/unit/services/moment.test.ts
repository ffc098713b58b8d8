import { describe, expect, it } from 'vitest'
import { moment } from '../../../src/core/services/events/event-queries.js'
import { errorOf } from '../../support/kitty-error.js'

describe('a bound in time', () => {
  it.each([
    ['2026-11-22', '2026-11-22'],
    ['2026-11-22T10:30Z', '2026-11-22T10:30:00.000Z'],
    ['2026-11-22T10:30:00Z', '2026-11-22T10:30:00.000Z'],
    ['2026-11-22T10:30:00.5Z', '2026-11-22T10:30:00.500Z'],
  ])('spells %s as the log does, so that text compares as time', (typed, meant) => {
    expect(moment('--from', typed)).toBe(meant)
  })

  it.each([
    'yesterday',
    '2026-13-01',
    '2026-02-30',
    '2026-02-30T10:30Z',
    '2026-11-22T10:30',
    '2026-11-22 10:30Z',
    '',
  ])('refuses %j', (typed) => {
    expect(errorOf(() => moment('--from', typed))).toMatchObject({ kind: 'UsageError', exitCode: 2 })
  })
})
