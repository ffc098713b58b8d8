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

describe('plugins that load at the same time', () => {
  const both = async (first: number, second: number): Promise<void> => {
    const after = (turns: number) => async (): Promise<void> => {
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    }
    await Promise.all([guarded(after(first)), guarded(after(second))])
  }

  it.each([
    ['first', 1, 9],
    ['last', 9, 1],
  ])('leave the process as it was when the one that began first ends %s', async (_name, first, second) => {
    const before = Object.getOwnPropertyDescriptors(process)
    await both(first, second)
    const after = Object.getOwnPropertyDescriptors(process)
    expect(after['exit']?.value).toBe(before['exit']?.value)
    expect(after['emitWarning']?.value).toBe(before['emitWarning']?.value)
  })

  it('are each kept from ending the program, also after the other has loaded', async () => {
    const wait = new Promise<void>((resolve) => setImmediate(resolve))
    const [good, bad] = await Promise.allSettled([
      guarded(() => Promise.resolve('good')),
      guarded(async () => {
        await wait
        process.exit(0)
      }),
    ])
    expect(good).toMatchObject({ value: 'good' })
    expect(bad).toMatchObject({ reason: { message: 'it calls process.exit(0)' } })
  })
})
