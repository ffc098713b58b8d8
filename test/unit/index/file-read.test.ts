import { beforeEach, describe, expect, it } from 'vitest'
import type { Watermark } from '../../../src/core/index/event-index.js'
import {
  distrust,
  distrustVanished,
  goesOn,
  readFile,
  resumeAt,
  START,
} from '../../../src/core/index/ingest/file-read.js'
import { Ingest } from '../../../src/core/index/ingest/ingest.js'
import type { LogFile } from '../../../src/core/log/event-log.js'
import { note } from '../../support/events.js'
import { PlainLog } from '../../support/plain-log.js'

const DAY = '2026-11-22.jsonl'

describe('a file that is read from its watermark', () => {
  let made: PlainLog
  let mark: Watermark
  let file: LogFile

  beforeEach(async () => {
    made = new PlainLog()
    await made.add(note(1, { parents: [] }), note(2, { parents: [note(1).event_id] }))
    const [first] = await made.index.watermarks()
    const found = made.log.find(DAY)
    if (first === undefined || found === undefined) throw new Error('there is no mark')
    mark = first
    file = found
  })

  const another: Partial<Watermark> = { identity: '1.1:1:1:1' }

  it('goes on from there while the part before it is the same', () => {
    expect(resumeAt(made.log, mark, file, false)).toBe(mark)
    expect(resumeAt(made.log, { ...mark, ...another }, file, false)).toMatchObject({ offset: mark.offset })
    expect(resumeAt(made.log, { ...mark, crc: 7 }, file, false)).toBe(START)
    expect(resumeAt(made.log, undefined, file, false)).toBe(START)
  })

  it('starts again where it has become shorter', () => {
    expect(resumeAt(made.log, { ...mark, offset: mark.offset + 1 }, file, false)).toBe(START)
    expect(resumeAt(made.log, { ...mark, offset: mark.offset + 1 }, file, true)).toBe(START)
  })

  it('is not checked where the caller has appended to it, unless it is another file', () => {
    expect(resumeAt(made.log, { ...mark, crc: 7 }, file, true)).toMatchObject({ crc: 7 })
    expect(resumeAt(made.log, { ...mark, ...another, crc: 7 }, file, true)).toBe(START)
  })

  it('goes on as the same file, as long or longer', () => {
    expect(goesOn(undefined, file)).toBe(true)
    expect(goesOn(mark, file)).toBe(true)
    expect(goesOn({ ...mark, offset: mark.offset + 1 }, file)).toBe(false)
    expect(goesOn({ ...mark, ...another }, file)).toBe(false)
  })

  describe('when the caller looks for its own lines', () => {
    const read = async (own: readonly string[], from = START, as = file) => {
      const ingest = await Ingest.begin(made.log, made.index, {}, false)
      const seen: number[] = []
      const answer = await readFile(made.log, ingest, as, from, new Set(own), (lines, batch) =>
        seen.push(lines, batch.length),
      )
      return { ...answer, seen }
    }
    const [one, two] = [note(1).event_id, note(2).event_id]

    it('finds them where the file has these and no others', async () => {
      expect(await read([one, two])).toMatchObject({ foundOwn: true, lines: 2, seen: [2, 2] })
      expect(await read([one])).toMatchObject({ foundOwn: false, lines: 2 })
      expect(await read([one, note(3).event_id])).toMatchObject({ foundOwn: false })
      expect(await read([one, two, note(3).event_id])).toMatchObject({ foundOwn: false })
    })

    it('finds none where it looks for none, or behind them', async () => {
      expect(await read([])).toMatchObject({ foundOwn: false, lines: 2 })
      expect(await read([], mark)).toMatchObject({ foundOwn: false, lines: 0, isSure: true, mark })
      expect(await read([one, two], mark)).toMatchObject({ foundOwn: false, lines: 0 })
    })

    it('is unsure of a part of another file than the one listed, and sure of a whole one', async () => {
      const listed = { ...file, identity: '1.1:1:1:1' }
      expect(await read([], mark, listed)).toMatchObject({ isSure: false, mark: { identity: '', crc: -1 } })
      expect(await read([], START, listed)).toMatchObject({ isSure: true, mark: { identity: file.identity } })
    })
  })

  it('is read again from the start once it is distrusted, and no other', async () => {
    await made.add(note(3, { parents: [], timestamp: '2026-11-23T00:00:00.000Z' }))
    await distrust(made.index, 'none.jsonl')
    expect((await made.index.watermarks()).map(({ crc }) => crc)).not.toContain(-1)
    await distrust(made.index, DAY)
    const marks = await made.index.watermarks()
    expect(marks.map((one) => [one.file, one.crc === -1, one.identity === ''])).toEqual([
      [DAY, true, true],
      ['2026-11-23.jsonl', false, false],
    ])
    expect(resumeAt(made.log, marks[0], file, false)).toBe(START)
  })

  it('is read again where an event in it has vanished while a state was made', async () => {
    await made.add(note(3, { parents: [], timestamp: '2026-11-23T00:00:00.000Z' }))
    const vanished = (...files: string[]) => ({ vanished: new Set(files) }) as unknown as Ingest // what is asked
    expect(await distrustVanished(made.index, vanished())).toBe(true)
    expect((await made.index.watermarks()).map(({ crc }) => crc)).not.toContain(-1)
    expect(await distrustVanished(made.index, vanished(DAY))).toBe(false)
    expect((await made.index.watermarks()).map(({ crc }) => crc === -1)).toEqual([true, false])
  })
})
