import { beforeEach, describe, expect, it } from 'vitest'
import { NoticeList } from '../../../src/core/errors/notices.js'
import { CLOCK_GAP } from '../../../src/core/events-lib.js'
import type { WriteLock } from '../../../src/core/lock/write-lock.js'
import type { ClockReading, ClockStorage } from '../../../src/core/log/clock-storage.js'
import { issueFrom } from '../../../src/core/store/clock.js'
import { LockScope } from '../../../src/core/store/lock-scope.js'
import { LogClock } from '../../../src/core/store/log-clock.js'
import { note } from '../../support/events.js'

describe('the next clock value', () => {
  it('is above the log’s greatest, and never below what this clone would issue', () => {
    expect(issueFrom({ own: 0 }, 7)).toEqual({ next: 8 })
    expect(issueFrom({ own: 12 }, 7)).toEqual({ next: 12 })
    expect(issueFrom({ own: 7 + CLOCK_GAP }, 7)).toEqual({ next: 7 + CLOCK_GAP })
  })

  it('is the log’s, with a warning, where this clone has issued one far above it', () => {
    const { next, warning } = issueFrom({ own: 8 + CLOCK_GAP }, 7)
    expect(next).toBe(8)
    expect(warning).toBe(
      `The clock was taken from the log: this clone has issued ${7 + CLOCK_GAP}, the log's greatest value is 7`,
    )
  })

  it('never follows clock.json, and warns where it is damaged or far above', () => {
    expect(issueFrom({ own: 3, file: 500 }, 7)).toEqual({ next: 8 })
    expect(issueFrom({ own: 3, file: 7 + CLOCK_GAP }, 7)).toEqual({ next: 8 })
    expect(issueFrom({ own: 3, file: 8 + CLOCK_GAP }, 7)).toEqual({
      next: 8,
      warning: `The clock was taken from the log: clock.json says ${8 + CLOCK_GAP}, the log's greatest value is 7`,
    })
    expect(issueFrom({ own: 9, problem: 'clock.json is no JSON' }, 7)).toEqual({
      next: 9,
      warning: 'The clock was taken from the log: clock.json is no JSON',
    })
  })
})

describe('the log’s clock', () => {
  let reading: ClockReading
  let wrote: [next: number, at: string][]
  let remembered: number[]
  let notices: NoticeList
  let clock: LogClock

  beforeEach(() => {
    reading = { own: 0 }
    wrote = []
    remembered = []
    notices = new NoticeList()
    const storage: ClockStorage = {
      read: () => reading,
      remember: (next) => void remembered.push(next),
      write: (next, at) => void wrote.push([next, at.toISOString()]),
    }
    clock = new LogClock(storage, notices)
  })

  it('issues from the log and the clone, and passes warnings on', () => {
    expect(clock.next(4)).toBe(5)
    expect(notices.all).toEqual([])
    reading = { own: 0, problem: 'it is damaged' }
    expect(clock.next(4)).toBe(5)
    expect(notices.all).toEqual(['The clock was taken from the log: it is damaged'])
  })

  it('remembers and writes the value after the last event, and nothing without one', () => {
    clock.remember(note(6))
    clock.writeAfter(note(6))
    clock.remember(undefined)
    clock.writeAfter(undefined)
    expect(remembered).toEqual([7])
    expect(wrote).toEqual([[7, note(6).timestamp]])
  })

  it('writes a deferred value once, when it is saved', () => {
    expect(clock.isUnsaved).toBe(false)
    clock.save()
    clock.defer(note(6))
    expect([clock.isUnsaved, wrote]).toEqual([true, []])
    reading = { own: 7 }
    clock.save()
    clock.save()
    expect([clock.isUnsaved, wrote]).toEqual([false, [[7, note(6).timestamp]]])
  })

  it('leaves clock.json to another process that has issued since', () => {
    clock.defer(note(6))
    reading = { own: 8 }
    clock.save()
    expect([clock.isUnsaved, wrote]).toEqual([false, []])
  })

  it('says what it could not remember or write', () => {
    const failing = new LogClock(
      { read: () => ({ own: 0 }), remember: () => 'not remembered', write: () => 'not written' },
      notices,
    )
    failing.remember(note(1))
    failing.write(3, new Date())
    expect(notices.all).toEqual(['not remembered', 'not written'])
  })
})

describe('the write lock within a call', () => {
  let happened: string[]
  let isKept: boolean
  let scope: LockScope

  beforeEach(() => {
    happened = []
    isKept = false
    const lock: WriteLock = {
      acquire: async (purpose) => {
        happened.push(`acquired for ${purpose}`)
        return {
          release: () => void happened.push('released'),
          releaseForNow: () => void happened.push('released for now'),
        }
      },
      holder: () => undefined,
      close: () => undefined,
    }
    scope = new LockScope(lock, () => isKept)
  })

  it('is held while the work runs, and by no other call', async () => {
    const answer = await scope.run('a test', async () => {
      expect(() => scope.assertHeld('append')).not.toThrow()
      return scope.isHeld
    })
    expect([answer, scope.isHeld]).toEqual([true, false])
    expect(() => scope.assertHeld('append')).toThrow(
      'append needs the write lock: call it within exclusively',
    )
    expect(happened).toEqual(['acquired for a test', 'released'])
  })

  it('is let go when the work fails', async () => {
    await expect(scope.run('a test', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(happened).toEqual(['acquired for a test', 'released'])
  })

  it('keeps its file open where another call is likely', async () => {
    isKept = true
    await scope.run('a test', async () => undefined)
    expect(happened).toEqual(['acquired for a test', 'released for now'])
  })
})
