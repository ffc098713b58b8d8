import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { guarded } from '../../../src/core/plugin/host/guarded.js'

/** Milliseconds that the thread has waited with nothing to do. */
let idle = 0

beforeEach(() => {
  idle = 0
  vi.useFakeTimers()
  vi.spyOn(performance, 'eventLoopUtilization').mockImplementation((before) => ({
    idle: idle - (before?.idle ?? 0),
    active: 0,
    utilization: 0,
  }))
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('a plugin that takes long to load', () => {
  it('is given up after five seconds in which nothing happens', async () => {
    const loaded = expect(guarded(() => new Promise(() => undefined))).rejects.toThrow(
      'it did not load within 5 seconds',
    )
    idle = 5_000
    await vi.advanceTimersByTimeAsync(5_000)
    await loaded
  })

  it('is waited for while the thread works, as on a busy machine', async () => {
    let finish: (value: string) => void = () => undefined
    const loaded = guarded(() => new Promise<string>((resolve) => (finish = resolve)))
    idle = 1_000
    await vi.advanceTimersByTimeAsync(8_000)
    finish('there')
    expect(await loaded).toBe('there')
  })

  it('is given up once the pauses between its work are as long together', async () => {
    const loaded = expect(guarded(() => new Promise(() => undefined))).rejects.toThrow('5 seconds')
    idle = 3_000
    await vi.advanceTimersByTimeAsync(5_000)
    idle = 5_000
    await vi.advanceTimersByTimeAsync(2_000)
    await loaded
  })
})
