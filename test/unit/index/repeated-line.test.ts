import { beforeEach, describe, expect, it } from 'vitest'
import { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import { type IndexRow, rowOf } from '../../../src/core/index/index-row.js'
import { repeatedLine } from '../../../src/core/index/ingest/repeated-line.js'
import type { EventLocation, EventLog } from '../../../src/core/log/event-log.js'
import { note } from '../../support/events.js'

const ID = note(1).event_id
const DAY = '2026-11-22.jsonl'
const HUB = `hub/${DAY}`
const rowIn = (file: string, line: number, entity_id = 'WP01'): IndexRow =>
  rowOf(note(1, { entity_id }), { file, line, offset: line * 10, length: 10 })

describe('a second line with a known ID', () => {
  let index: MemoryEventIndex
  let refolded: (string | null)[]

  beforeEach(() => {
    index = new MemoryEventIndex()
    refolded = []
  })

  /** @param texts the lines as the log has them now, by file and line */
  const repeat = async (
    kept: IndexRow | undefined,
    row: IndexRow,
    texts: Readonly<Record<string, string>>,
  ) => {
    if (kept !== undefined) await index.insert([kept])
    const log = {
      readLine: ({ file, offset }: EventLocation) => texts[`${file}:${offset / 10}`],
    } as unknown as EventLog // what it reads
    const refoldOwner = async (one: IndexRow): Promise<void> => void refolded.push(one.work_package_id)
    return repeatedLine(row, { log, writer: index, refoldOwner })
  }
  const place = async (): Promise<string> => {
    const [row] = await index.rows([ID])
    return `${row?.file}:${row?.line}`
  }

  it('is a duplicate where the first one is gone by now', async () => {
    expect(await repeat(undefined, rowIn(DAY, 2), {})).toEqual({
      file: DAY,
      line: 2,
      kind: 'duplicate',
      message: `event ${ID} stands twice`,
    })
  })

  it.each([
    ['duplicate', DAY],
    ['duplicate_elsewhere', '2026-11-21.jsonl'],
  ])('with the same bytes is a %s and not counted', async (kind, file) => {
    const problem = await repeat(rowIn(file, 1), rowIn(DAY, 2), {
      [`${file}:1`]: 'same',
      [`${DAY}:2`]: 'same',
    })
    expect(problem).toEqual({
      file: DAY,
      line: 2,
      kind,
      message: `event ${ID} is also in ${file}:1; counted once`,
    })
    expect([await place(), refolded]).toEqual([`${file}:1`, []])
  })

  it('with the same bytes counts if its file comes before, which is then named where the other is', async () => {
    const before = '2026-11-21.jsonl'
    const texts = { [`${DAY}:1`]: 'same', [`${before}:2`]: 'same' }
    expect(await repeat(rowIn(DAY, 1), rowIn(before, 2), texts)).toEqual({
      file: DAY,
      line: 1,
      kind: 'duplicate_elsewhere',
      message: `event ${ID} is also in ${before}:2; counted once`,
    })
    expect([await place(), refolded]).toEqual([`${before}:2`, []])
  })

  it('with other bytes is a problem of the later file, no matter which was read first', async () => {
    const before = '2026-11-21.jsonl'
    const texts = { [`${DAY}:1`]: 'a', [`${before}:2`]: 'b' }
    const later = {
      file: DAY,
      line: 1,
      message: expect.stringContaining(`in ${before}:2 with other bytes; this`),
    }
    expect(await repeat(rowIn(DAY, 1), rowIn(before, 2), texts)).toMatchObject(later)
    expect(await place()).toBe(`${DAY}:1`)
    index = new MemoryEventIndex()
    expect(await repeat(rowIn(before, 2), rowIn(DAY, 1), texts)).toMatchObject(later)
    expect(await place()).toBe(`${DAY}:1`)
  })

  it('that is gone by now counts for nothing', async () => {
    expect(await repeat(rowIn(DAY, 1), rowIn(DAY, 2), { [`${DAY}:1`]: 'a' })).toMatchObject({
      kind: 'duplicate',
    })
    expect(await place()).toBe(`${DAY}:1`)
  })

  it('in the log takes the place of the one that the hub has brought, and not the other way round', async () => {
    const texts = { [`${HUB}:1`]: 'same', [`${DAY}:2`]: 'same', [`${HUB}:3`]: 'same' }
    expect(await repeat(rowIn(HUB, 1), rowIn(DAY, 2), texts)).toEqual({
      file: DAY,
      line: 2,
      kind: 'on_hub',
      message: `event ${ID} is also in ${HUB}:1; counted once`,
    })
    expect(await place()).toBe(`${DAY}:2`)
    expect(await repeat(undefined, rowIn(HUB, 3), texts)).toMatchObject({ kind: 'on_hub', file: HUB })
    expect([await place(), refolded]).toEqual([`${DAY}:2`, []])
  })

  it('with other bytes counts if it sorts before, and both packages are folded again', async () => {
    const problem = await repeat(rowIn(DAY, 1, 'WP02'), rowIn(DAY, 2), {
      [`${DAY}:1`]: 'b',
      [`${DAY}:2`]: 'a',
    })
    expect(problem).toEqual({
      file: DAY,
      line: 2,
      kind: 'same_id',
      message: `event ${ID} is also in ${DAY}:1 with other bytes; this line counts (a redacted one, else the first by its bytes)`,
    })
    expect([await place(), refolded]).toEqual([`${DAY}:2`, ['WP02', 'WP01']])
  })

  it('with other bytes does not count if it sorts after', async () => {
    const problem = await repeat(rowIn(DAY, 1, 'WP02'), rowIn(DAY, 2), {
      [`${DAY}:1`]: 'a',
      [`${DAY}:2`]: 'b',
    })
    expect(problem.message).toContain('; that line counts (')
    expect([await place(), refolded]).toEqual([`${DAY}:1`, ['WP02', 'WP01']])
  })

  it('counts where the first one cannot be read any more', async () => {
    const problem = await repeat(rowIn(DAY, 1), rowIn(DAY, 2), { [`${DAY}:2`]: 'b' })
    expect(problem).toMatchObject({ kind: 'same_id', message: expect.stringContaining('this line counts') })
    expect(await place()).toBe(`${DAY}:2`)
  })
})
