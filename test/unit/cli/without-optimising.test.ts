import { cachedDataVersionTag } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { withoutOptimising } from '../../../src/core/cli/without-optimising.js'

/** Of V8's version and flags: what compiled code is kept under. */
const flags = cachedDataVersionTag
const USUAL = flags()

describe('what is done without optimising', () => {
  it('is done under other flags, and its answer is the caller’s', async () => {
    expect(await withoutOptimising(flags)).not.toBe(USUAL)
  })

  it('leaves the flags as they were, or code compiled before would not be taken again', async () => {
    await withoutOptimising(() => undefined)
    expect(flags()).toBe(USUAL)
  })

  it('leaves them so when it fails', async () => {
    const failure = new Error('nobody reads this any more')
    const work = withoutOptimising(() => {
      throw failure
    })
    await expect(work).rejects.toBe(failure)
    expect(flags()).toBe(USUAL)
  })
})
