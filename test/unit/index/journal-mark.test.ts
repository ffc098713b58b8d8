import { beforeEach, describe, expect, it } from 'vitest'
import {
  isChecked,
  type JournalMark,
  type MarkStorage,
  moveMark,
  moveOrRevoke,
  revoked,
  UNCHECKED,
} from '../../../src/core/index/journal-mark.js'

const FROM: JournalMark = { identity: 'one', offset: 10, branches: 'main', turn: 'first' }
const TO: JournalMark = { identity: 'one', offset: 20 }

describe('the mark up to which the journal is checked', () => {
  let stored: JournalMark | undefined
  const storage: MarkStorage = {
    journalMark: async () => stored,
    putJournalMark: async (mark) => {
      stored = mark
    },
  }

  beforeEach(() => {
    stored = FROM
  })

  it('moves on where it is as it was', async () => {
    expect(await moveMark(storage, { from: { ...FROM }, to: TO })).toBe(true)
    expect(stored).toBe(TO)
  })

  it('moves on where there was none', async () => {
    stored = undefined
    expect(await moveMark(storage, { from: undefined, to: TO })).toBe(true)
    expect(stored).toBe(TO)
  })

  it.each<[string, JournalMark | undefined]>([
    ['for another journal', { ...FROM, identity: 'two' }],
    ['further on', { ...FROM, offset: 11 }],
    ['for other branches', { ...FROM, branches: 'other' }],
    ['revoked', { ...FROM, turn: 'second' }],
    ['gone', undefined],
  ])('stays where another process has left it, %s', async (_, there) => {
    stored = there
    expect(await moveMark(storage, { from: FROM, to: TO })).toBe(false)
    expect(stored).toBe(there)
  })

  it('stays where another process was the first to set it', async () => {
    expect(await moveMark(storage, { from: undefined, to: TO })).toBe(false)
    expect(stored).toBe(FROM)
  })

  it('is revoked after a disturbance, each time as no other', async () => {
    await moveOrRevoke(storage, { from: FROM, to: TO }, false)
    const first = stored
    expect(first).toMatchObject({ identity: UNCHECKED.identity, offset: 0, turn: expect.any(String) })
    expect(revoked().turn).not.toBe(first?.turn)
  })

  it('moves after an undisturbed append, if the append moves it', async () => {
    await moveOrRevoke(storage, undefined, true)
    expect(stored).toBe(FROM)
    await moveOrRevoke(storage, { from: FROM, to: TO }, true)
    expect(stored).toBe(TO)
  })

  it('vouches for nothing where there is none, or where it was revoked', () => {
    expect([undefined, UNCHECKED, revoked(), FROM].map(isChecked)).toEqual([false, false, false, true])
  })
})
