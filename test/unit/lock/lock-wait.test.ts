import { describe, expect, it } from 'vitest'
import { LockWait } from '../../../src/core/lock/lock-wait.js'

/** Waits with a clock of its own until it gives up; `holder` says who has the lock at a time in milliseconds. */
function waits(
  limitMs: number,
  holder: (at: number) => string,
): { pauses: number[]; wait: LockWait; at: number } {
  let at = 0
  const wait = new LockWait(
    limitMs,
    () => holder(at),
    () => at,
  )
  const pauses: number[] = []
  for (let ms = wait.next(); ms !== undefined; ms = wait.next()) {
    pauses.push(ms)
    at += ms
  }
  return { pauses, wait, at }
}

describe('the wait for a lock', () => {
  it('ends at the limit where one process has it all the time', () => {
    const { at, wait } = waits(10_000, () => 'ada')
    expect(at).toBeCloseTo(10_000)
    expect(wait.hasMovedOn).toBe(false)
  })

  it('goes on while the lock goes from one process to the next, and is bounded', () => {
    const { at, wait } = waits(10_000, (now) => `holder ${Math.floor(now / 100)}`)
    expect(at).toBeCloseTo(60_000)
    expect(wait.hasMovedOn).toBe(true)
  })

  it('counts the limit again from the next holder, and ends when that one keeps it', () => {
    const { at, wait } = waits(10_000, (now) => (now < 4_000 ? 'ada' : 'bob'))
    expect(at).toBeCloseTo(20_000)
    expect(wait.hasMovedOn).toBe(true)
  })

  it('polls less often among many, and as often as newcomers do once it has waited long', () => {
    const { pauses } = waits(10_000, () => 'ada')
    let at = 0
    const longest = { early: 0, patient: 0, eager: 0 }
    for (const ms of pauses) {
      const phase = at <= 50 ? 'early' : at <= 2_000 ? 'patient' : 'eager'
      longest[phase] = Math.max(longest[phase], ms)
      at += ms
    }
    expect(longest.early).toBeLessThanOrEqual(15)
    expect(longest.patient).toBeGreaterThan(30)
    expect(longest.eager).toBeLessThanOrEqual(15)
  })

  it('gives up immediately where there is no time to wait', () => {
    expect(waits(0, () => 'ada').pauses).toEqual([])
  })
})
