import { describe, expect, it } from 'vitest'
import { storable } from '../../../src/core/report/storable.js'

describe('a row of the report', () => {
  it('has no character that PostgreSQL does not take, at any depth and in keys', () => {
    const odd = { 'a\0': ['x\0y', { b: 'half \ud800 of a pair, and \udc00' }], n: 1, none: null }
    expect(storable(odd)).toEqual({ a: ['xy', { b: 'half \ufffd of a pair, and \ufffd' }], n: 1, none: null })
  })

  it('keeps everything else: whole pairs, what only looks like an escape, times', () => {
    const at = new Date(0)
    const row = { text: '\ud83d\ude00 \\u0000 \\ud800 \n', at }
    expect(storable(row)).toEqual(row)
    expect(storable(row).at).toBe(at)
  })
})
