import { describe, expect, it } from 'vitest'
import { together } from '../../../src/core/index/together.js'

describe('works that go on together', () => {
  it('answer in their order, whichever ends first', async () => {
    const late = new Promise<string>((resolve) => setImmediate(() => resolve('late')))
    expect(await together([late, Promise.resolve(2)])).toEqual(['late', 2])
  })

  it('fail with the first of their failures, and not before the last of them has ended', async () => {
    let hasEnded = false
    const slow = new Promise<void>((resolve) =>
      setImmediate(() => {
        hasEnded = true
        resolve()
      }),
    )
    const failure = new Error('the disk is full')
    await expect(together([Promise.reject(failure), slow])).rejects.toBe(failure)
    expect(hasEnded).toBe(true)
  })
})
