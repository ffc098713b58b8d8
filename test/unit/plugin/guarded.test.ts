import { describe, expect, it } from 'vitest'
import { guarded } from '../../../src/core/plugin/host/guarded.js'

describe('a plugin that takes long to load', () => {
  it('is given up when it does nothing', async () => {
    await expect(guarded(() => new Promise(() => undefined), [], 500)).rejects.toThrow(
      'it did not load within 0.5 seconds',
    )
  })

  it('is waited for while the thread works, as it does on a busy machine', async () => {
    const works = async (): Promise<string> => {
      for (let round = 0; round < 6; round++) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150)
        await new Promise((resolve) => setImmediate(resolve))
      }
      return 'there'
    }
    // 900 ms, in which no more than a tick per round comes.
    expect(await guarded(works, [], 500)).toBe('there')
  })
})
