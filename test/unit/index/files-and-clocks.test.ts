import { beforeEach, describe, expect, it } from 'vitest'
import { CLOCK_GAP } from '../../../src/core/events-lib.js'
import type { Watermark } from '../../../src/core/index/event-index.js'
import type { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import type { SqliteEventIndex } from '../../../src/core/index/sqlite/sqlite-event-index.js'
import type { LogFile } from '../../../src/core/log/event-log.js'
import { ulid } from '../../support/events.js'
import { INDEX_KINDS, noteRow } from '../../support/index-kinds.js'

const FIRST: LogFile = { name: '2026-11-21.jsonl', identity: '1.1:1:1:10', size: 10 }
const SECOND: LogFile = { name: '2026-11-22.jsonl', identity: '2.2:2:2:20', size: 20 }
const JOURNAL = { identity: 'journal', offset: 3, branches: 'main', turn: '7' }

const markOf = ({ name, identity, size }: LogFile): Watermark => ({
  file: name,
  identity,
  size,
  offset: size,
  line: 1,
  crc: 7,
})

describe.each(INDEX_KINDS)('an index in $kind', ({ make }) => {
  let index: MemoryEventIndex | SqliteEventIndex

  const put = (mark: Watermark): Promise<void> => index.write((writer) => writer.putWatermark(mark))

  beforeEach(async () => {
    index = await make()
  })

  it('knows how far it has read each file', async () => {
    expect(await index.watermark(FIRST.name)).toBeUndefined()
    expect(await index.watermarks()).toEqual([])
    await index.putWatermark(markOf(FIRST))
    await index.putWatermark(markOf(SECOND))
    const further = { ...markOf(FIRST), offset: 12, line: 2, crc: 9, size: 13, identity: '1.1:3:3:13' }
    await index.putWatermark(further)
    expect(await index.watermark(FIRST.name)).toEqual(further)
    expect(await index.watermark(SECOND.name)).toEqual(markOf(SECOND))
    expect(new Set(await index.watermarks())).toEqual(new Set([further, markOf(SECOND)]))
  })

  it('knows how far the journal has been checked, as it was noted last', async () => {
    expect(await index.journalMark()).toBeUndefined()
    await index.putJournalMark({ identity: 'old', offset: 1 })
    await index.putJournalMark(JOURNAL)
    expect(await index.journalMark()).toEqual(JOURNAL)
    expect(await index.freshness([])).toMatchObject({ journal: JOURNAL })
  })

  it('is up to date when it has read every file as it is now, and knows no others', async () => {
    const isUpToDate = async (...files: LogFile[]): Promise<boolean> =>
      (await index.freshness(files)).isUpToDate
    expect(await isUpToDate()).toBe(true)
    expect(await isUpToDate(FIRST)).toBe(false)
    await put(markOf(FIRST))
    await put(markOf(SECOND))
    expect(await isUpToDate(FIRST, SECOND)).toBe(true)
    expect(await isUpToDate(FIRST)).toBe(false)
    expect(await isUpToDate(FIRST, { ...SECOND, identity: '3.3:3:3:20' })).toBe(false)
    expect(await isUpToDate(FIRST, { ...SECOND, name: '2026-11-23.jsonl' })).toBe(false)
    expect(await isUpToDate(FIRST, SECOND, { ...SECOND, name: '2026-11-23.jsonl' })).toBe(false)
  })

  it('is whole when it has read every file to its end', async () => {
    expect((await index.freshness([])).isWhole).toBe(true)
    await put(markOf(FIRST))
    await put({ ...markOf(SECOND), offset: 19 })
    expect((await index.freshness([FIRST])).isWhole).toBe(true)
    expect((await index.freshness([FIRST, SECOND])).isWhole).toBe(false)
    await put(markOf(SECOND))
    expect((await index.freshness([FIRST, SECOND])).isWhole).toBe(true)
  })

  it('tells whether it knows of problems', async () => {
    expect(await index.freshness([])).toEqual({
      isUpToDate: true,
      isWhole: true,
      journal: undefined,
      hasProblems: false,
    })
    await index.write((writer) =>
      writer.putProblems([{ file: FIRST.name, line: 1, kind: 'invalid', message: 'no event' }]),
    )
    expect((await index.freshness([])).hasProblems).toBe(true)
  })

  it('has no clock while it is empty', async () => {
    expect(await index.clocks()).toEqual({ trusted: 0, greatest: 0 })
    expect(await index.maximumClock()).toBe(0)
    expect(await index.trustedClock()).toBe(0)
    expect(await index.clocksAbove(0)).toEqual([])
    expect(await index.fileMaximum(FIRST.name, 0, 9)).toBe(0)
    expect(await index.suspicious()).toEqual([])
  })

  it('tells the clock that was trusted last from the greatest one', async () => {
    await index.insert([noteRow(9), noteRow(4), noteRow(7)])
    await index.putMaximumClock(3)
    await index.putMaximumClock(7)
    expect(await index.clocks()).toEqual({ trusted: 7, greatest: 9 })
    expect(await index.maximumClock()).toBe(7)
  })

  it('finds the events above the trusted clock suspicious, in the total order', async () => {
    const clock = { lamport_clock: 9 }
    await index.insert([noteRow(6, clock), noteRow(5, clock), noteRow(8), noteRow(7), noteRow(2)])
    expect((await index.suspicious()).map(({ event_id }) => event_id)).toEqual([2, 7, 8, 5, 6].map(ulid))
    await index.putMaximumClock(7)
    expect(await index.suspicious()).toEqual([noteRow(8), noteRow(5, clock), noteRow(6, clock)])
  })

  it('trusts clocks up to the first gap that is too wide', async () => {
    await index.insert([noteRow(1), noteRow(2, { lamport_clock: CLOCK_GAP + 1 })])
    expect(await index.trustedClock()).toBe(CLOCK_GAP + 1)
    await index.insert([noteRow(3, { lamport_clock: 2 * CLOCK_GAP + 2 })])
    expect(await index.trustedClock()).toBe(CLOCK_GAP + 1)
  })

  it('trusts no clock when the first one is too far from the start', async () => {
    await index.insert([noteRow(1, { lamport_clock: CLOCK_GAP + 1 })])
    expect(await index.trustedClock()).toBe(0)
  })

  it('lists the clocks above a floor once each, in ascending order', async () => {
    await index.insert([
      noteRow(10),
      noteRow(9),
      noteRow(11, { lamport_clock: 9 }),
      noteRow(100),
      noteRow(3),
      noteRow(2),
    ])
    expect(await index.clocksAbove(3)).toEqual([9, 10, 100])
    expect(await index.clocksAbove(100)).toEqual([])
  })

  it('tells the greatest clock of one file between two bounds, whatever the days of its events', async () => {
    const seed = { date: '2026-11-21', file: FIRST.name }
    const misfiled = noteRow(7, { file: FIRST.name })
    await index.insert([noteRow(5, seed), misfiled, noteRow(6, seed), noteRow(9)])
    expect(await index.fileMaximum(FIRST.name, 0, 9)).toBe(7)
    expect(await index.fileMaximum(FIRST.name, 6, 7)).toBe(7)
    expect(await index.fileMaximum(FIRST.name, 7, 9)).toBe(0)
    expect(await index.fileMaximum(FIRST.name, 5, 6)).toBe(6)
    expect(await index.fileMaximum('2026-11-22.jsonl', 0, 9)).toBe(9)
    expect(await index.fileMaximum('2026-11-23.jsonl', 0, 9)).toBe(0)
  })
})
