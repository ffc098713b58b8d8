import { describe, expect, it } from 'vitest'
import { beginning } from '../../../src/core/errors/beginning.js'

describe('the beginning of a text', () => {
  it('is as long as is asked, or as the text', () => {
    expect([beginning('abc', 2), beginning('abc', 3), beginning('abc', 9)]).toEqual(['ab', 'abc', 'abc'])
  })

  it('does not end in half of a character', () => {
    expect([beginning('ab🎉c', 3), beginning('ab🎉c', 4)]).toEqual(['ab', 'ab🎉'])
  })
})
