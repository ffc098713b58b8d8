import { describe, expect, it } from 'vitest'
import { IndexUnusable, LineNotThere } from '../../../src/core/index/index-unusable.js'

describe('an index that cannot answer', () => {
  it('says why, and what the cause was', () => {
    const cause = new Error('as the system says')
    const error = new IndexUnusable('denied', 'it may not be read', { cause })
    expect(error).toMatchObject({
      name: 'IndexUnusable',
      reason: 'denied',
      message: 'it may not be read',
      cause,
    })
  })

  it('is damaged where it names a line that is not there, and says which', () => {
    const error = new LineNotThere({ file: '2026-11-22.jsonl', line: 3 })
    expect(error).toBeInstanceOf(IndexUnusable)
    expect(error).toMatchObject({
      name: 'IndexUnusable',
      reason: 'damaged',
      message: 'it names 2026-11-22.jsonl:3 for an event that is not there',
    })
  })
})
