import { appendFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fold } from '../../../src/core/events-lib.js'
import { catchUp } from '../../../src/core/index/ingest/catch-up.js'
import { UNCHECKED } from '../../../src/core/index/journal-mark.js'
import type { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import type { EventLog } from '../../../src/core/log/event-log.js'
import { note, noteLine, ulid } from '../../support/events.js'
import { PlainLog } from '../../support/plain-log.js'

const DAY = '2026-11-22.jsonl'
const NEXT_DAY = '2026-11-23.jsonl'
const JOURNAL = { identity: 'journal', offset: 10 }
const onNextDay = { timestamp: '2026-11-23T09:30:00.000Z' }

describe('an index that catches up with its log', () => {
  let made: PlainLog
  let log: EventLog
  let index: MemoryEventIndex
  const clocks = async (): Promise<number[]> => (await index.locate({})).map((row) => row.lamport_clock)
  const append = (file: string, ...lines: string[]): void => appendFileSync(made.path(file), lines.join(''))
  /** Puts another file there, as git does. */
  const replace = (file: string, ...lines: string[]): void => {
    writeFileSync(made.path(`${file}.tmp`), lines.join(''))
    renameSync(made.path(`${file}.tmp`), made.path(file))
  }

  beforeEach(() => {
    made = new PlainLog()
    ;({ log, index } = made)
  })

  it('writes nothing while no file has changed', async () => {
    await made.add(note(1))
    const write = vi.spyOn(index, 'write')
    expect(await catchUp(log, index)).toEqual({ lines: 0, rewritten: [], resolutions: [], foundOwn: false })
    expect(write).not.toHaveBeenCalled()
  })

  it('reads the lines that were appended, and no others', async () => {
    await made.add(note(1), note(2, onNextDay))
    append(DAY, noteLine(3), 'no event\n')
    append(NEXT_DAY, noteLine(4, onNextDay))
    const [read, seen]: [number[], string[]] = [[], []]
    const report = await catchUp(log, index, {
      progress: (lines) => read.push(lines),
      seen: (lines) => seen.push(...lines.map(({ file, line }) => `${file}:${line}`)),
    })
    expect(report).toEqual({ lines: 3, rewritten: [], resolutions: [], foundOwn: false })
    expect(read).toEqual([2, 3])
    expect(seen).toEqual([`${DAY}:2`, `${DAY}:3`, `${NEXT_DAY}:2`])
    expect(await clocks()).toEqual([1, 2, 3, 4])
    expect(await index.problems()).toMatchObject([{ file: DAY, line: 3 }])
    expect(await index.freshness(log.list())).toMatchObject({ isUpToDate: true, isWhole: true })
  })

  it('tells when the rows are in, before the states are made of them', async () => {
    log.append([note(1), note(2)])
    const found: unknown[] = []
    await catchUp(log, index, {
      filled: async () => void found.push(await index.count(), await index.workPackages()),
    })
    expect(found).toEqual([2, []])
    expect(await index.workPackages()).toEqual([fold([note(1), note(2)])])
  })

  it('names the files that were cut, rewritten or removed, and forgets what they held', async () => {
    const thirdDay = { timestamp: '2026-11-24T09:30:00.000Z' }
    await made.add(note(1), note(2), note(3, onNextDay), note(4, thirdDay))
    replace(DAY, noteLine(2))
    rmSync(made.path(NEXT_DAY))
    const report = await catchUp(log, index)
    expect(new Set(report.rewritten)).toEqual(new Set([DAY, NEXT_DAY]))
    expect(report.lines).toBe(1)
    expect(await clocks()).toEqual([2, 4])
    expect(await index.watermark(NEXT_DAY)).toBeUndefined()
    expect(await index.workPackages()).toEqual([fold([note(2), note(4, thirdDay)])])
  })

  it('finds an event again that was in a file that is gone and is in another one', async () => {
    await made.add(note(1), note(2, onNextDay))
    append(NEXT_DAY, noteLine(1))
    await catchUp(log, index)
    expect((await index.problems()).map(({ kind }) => kind)).toContain('duplicate_elsewhere')
    rmSync(made.path(DAY))
    expect((await catchUp(log, index)).rewritten).toEqual([DAY])
    expect(await index.rows([ulid(1)])).toMatchObject([{ file: NEXT_DAY, line: 2 }])
    expect((await index.problems()).map(({ kind }) => kind)).not.toContain('duplicate_elsewhere')
  })

  it('keeps the mark of the journal while files only grow, and revokes it otherwise', async () => {
    await made.add(note(1), note(2, onNextDay))
    await index.putJournalMark(JOURNAL)
    append(DAY, noteLine(3))
    await catchUp(log, index)
    expect(await index.journalMark()).toEqual(JOURNAL)
    rmSync(made.path(NEXT_DAY))
    await catchUp(log, index)
    expect(await index.journalMark()).toMatchObject(UNCHECKED)
  })

  it('gives up after four attempts where lines are gone each time it needs them', async () => {
    await made.add(note(1))
    // Concurrent with the first one, so that the state is made of both.
    append(DAY, noteLine(2, { parents: [] }))
    const readEvents = vi.spyOn(log, 'readEvents').mockImplementation((places) => places.map(() => undefined))
    const write = vi.spyOn(index, 'write')
    await catchUp(log, index)
    expect(write).toHaveBeenCalledTimes(4)
    readEvents.mockRestore()
    await catchUp(log, index)
    expect(write).toHaveBeenCalledTimes(5)
    expect((await index.workPackages())[0]?.event_count).toBe(2)
  })

  it('fails as the log does, once the rows that are pending are in', async () => {
    log.append([note(1), note(2, onNextDay)])
    const scan = log.scan.bind(log)
    log.scan = (file, from) => {
      if (file === NEXT_DAY) throw new TypeError('a defect')
      return scan(file, from)
    }
    await expect(catchUp(log, index)).rejects.toThrow('a defect')
    expect(await index.watermarks()).toEqual([])
  })

  describe('after lines that its caller has appended', () => {
    const journal = { from: JOURNAL, to: { ...JOURNAL, offset: 20 } }
    const own = (...seeds: number[]) => ({ file: DAY, ids: new Set<string>(seeds.map(ulid)), journal })

    beforeEach(async () => {
      await made.add(note(1))
      await index.putJournalMark(JOURNAL)
    })

    it('reads only them, and moves the mark of the journal', async () => {
      append(NEXT_DAY, noteLine(3, onNextDay))
      append(DAY, noteLine(2))
      expect(await catchUp(log, index, { appended: own(2) })).toEqual({
        lines: 1,
        rewritten: [],
        resolutions: [],
        foundOwn: true,
      })
      expect(await clocks()).toEqual([1, 2])
      expect(await index.workPackages()).toEqual([fold([note(1), note(2)])])
      expect(await index.journalMark()).toEqual(journal.to)
      expect(await index.watermark(NEXT_DAY)).toBeUndefined()
    })

    it('finds them in a file that they have begun', async () => {
      append(NEXT_DAY, noteLine(2, onNextDay))
      const report = await catchUp(log, index, { appended: { ...own(2), file: NEXT_DAY } })
      expect(report).toMatchObject({ lines: 1, foundOwn: true })
      expect(await index.journalMark()).toEqual(journal.to)
    })

    it.each<[string, number[], number[]]>([
      ['another line is there too', [2, 3], [2]],
      ['a line is missing', [2], [2, 3]],
      ['another line is there instead', [3], [2]],
      ['no line is there', [], [2]],
    ])('does not find them where %s, and revokes the mark of the journal', async (_, written, ids) => {
      append(DAY, ...written.map((seed) => noteLine(seed)))
      const report = await catchUp(log, index, { appended: own(...ids) })
      expect(report).toMatchObject({ lines: written.length, foundOwn: false })
      expect(await index.journalMark()).toMatchObject(UNCHECKED)
      expect(await clocks()).toEqual([1, ...written])
    })

    it('keeps the mark of the journal while the fate of earlier lines is unknown', async () => {
      append(DAY, noteLine(2))
      const report = await catchUp(log, index, { appended: { ...own(2), journal: undefined } })
      expect(report.foundOwn).toBe(true)
      expect(await index.journalMark()).toEqual(JOURNAL)
    })

    it('reads every file where theirs does not go on from where it was read', async () => {
      append(NEXT_DAY, noteLine(3, onNextDay))
      replace(DAY, noteLine(2))
      const report = await catchUp(log, index, { appended: own(2) })
      expect(report).toMatchObject({ lines: 2, rewritten: [DAY], foundOwn: true })
      expect(await clocks()).toEqual([2, 3])
      expect(await index.journalMark()).toMatchObject(UNCHECKED)
    })

    it('reads every file where theirs is gone', async () => {
      append(NEXT_DAY, noteLine(3, onNextDay))
      rmSync(made.path(DAY))
      const report = await catchUp(log, index, { appended: own(2) })
      expect(report).toMatchObject({ lines: 1, rewritten: [DAY], foundOwn: false })
      expect(await clocks()).toEqual([3])
    })

    it('does not find them where the file was written again since a reader has read them', async () => {
      append(DAY, noteLine(2))
      await catchUp(log, index)
      // The same file with lines of the same length, of which one is another.
      writeFileSync(made.path(DAY), noteLine(3) + noteLine(2))
      utimesSync(made.path(DAY), 1, 1)
      expect(await catchUp(log, index, { appended: own(2) })).toMatchObject({ lines: 0, foundOwn: false })
      expect(await index.journalMark()).toMatchObject(UNCHECKED)
    })

    it('finds them where a reader has read them first', async () => {
      append(DAY, noteLine(2))
      await catchUp(log, index)
      expect(await catchUp(log, index, { appended: own(2) })).toMatchObject({ lines: 0, foundOwn: true })
      expect(await index.journalMark()).toEqual(journal.to)
    })
  })
})
