import { describe, expect, it } from 'vitest'
import { settleAll } from '../../../src/core/index/ingest/settle-all.js'

describe('settleAll', () => {
  it('answers in their order, no matter which ends first', async () => {
    const late = new Promise<string>((resolve) => setImmediate(() => resolve('late')))
    expect(await settleAll([late, Promise.resolve(2)])).toEqual(['late', 2])
  })

  it('fails with the first failure, and not before the last of them has ended', async () => {
    let hasEnded = false
    const slow = new Promise<void>((resolve) =>
      setImmediate(() => {
        hasEnded = true
        resolve()
      }),
    )
    const failure = new Error('the disk is full')
    await expect(settleAll([Promise.reject(failure), slow])).rejects.toBe(failure)
    expect(hasEnded).toBe(true)
  })
})
