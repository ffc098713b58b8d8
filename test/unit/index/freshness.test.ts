import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Connection } from '../../../src/core/index/sqlite/connection.js'
import { createSchema } from '../../../src/core/index/sqlite/data-source.js'
import { SqliteEventIndex } from '../../../src/core/index/sqlite/sqlite-event-index.js'
import { DATA_VERSION } from '../../../src/core/index/sqlite/sqlite-statements.js'
import { tempFolder } from '../../support/temp-folder.js'

const FILE = { name: '2026-11-21.jsonl', identity: '1.1:1:1', size: 10 }
const MARK = { file: FILE.name, identity: FILE.identity, size: 10, offset: 10, line: 1, crc: 7 }
const JOURNAL = { identity: 'journal', offset: 3 }

describe('the freshness of an index, asked for repeatedly', () => {
  let index: SqliteEventIndex
  let other: SqliteEventIndex

  beforeEach(async () => {
    const path = join(tempFolder(), 'index.db')
    await createSchema(path)
    index = new SqliteEventIndex(await Connection.open(path, 'open'))
    other = new SqliteEventIndex(await Connection.open(path, 'open'))
    await index.sql('PRAGMA journal_mode = WAL')
    await index.write((writer) => writer.putWatermark(MARK))
    expect(await index.freshness([FILE])).toMatchObject({ isUpToDate: true, journal: undefined })
  })

  afterEach(async () => {
    await index.close()
    await other.close()
  })

  it('is determined again after another program has written', async () => {
    await other.write((writer) => writer.putJournalMark(JOURNAL))
    expect((await index.freshness([FILE])).journal).toEqual(JOURNAL)
    await other.write((writer) => writer.putWatermark({ ...MARK, identity: '2.2:2:2' }))
    expect((await index.freshness([FILE])).isUpToDate).toBe(false)
  })

  it('is determined again after this one has written', async () => {
    await index.write((writer) => writer.putJournalMark(JOURNAL))
    expect((await index.freshness([FILE])).journal).toEqual(JOURNAL)
    await index.write((writer) => writer.putProblems([{ file: FILE.name, line: 1, kind: 'x', message: 'y' }]))
    expect((await index.freshness([FILE])).hasProblems).toBe(true)
  })

  it('costs one question while nothing has been written: whether something was', async () => {
    const sql = vi.spyOn(index, 'sql')
    expect(await index.freshness([FILE])).toMatchObject({ isUpToDate: true, isWhole: true })
    expect(sql.mock.calls).toEqual([[DATA_VERSION, []]])
  })

  it('is determined again where this one writes while it is asked', async () => {
    const sql = index.sql.bind(index)
    vi.spyOn(index, 'sql').mockImplementationOnce(async (...asked) => {
      const rows = await sql(...asked)
      await index.write((writer) => writer.putJournalMark(JOURNAL))
      return rows
    })
    expect((await index.freshness([FILE])).journal).toEqual(JOURNAL)
  })

  it('is not what was seen within a transaction that came to nothing', async () => {
    const seen = index.write(async (writer) => {
      await writer.putJournalMark(JOURNAL)
      expect((await writer.freshness([FILE])).journal).toEqual(JOURNAL)
      throw new Error('nothing of it')
    })
    await expect(seen).rejects.toThrow('nothing of it')
    expect((await index.freshness([FILE])).journal).toBeUndefined()
  })

  it('is told of the files that are asked about', async () => {
    const longer = { ...FILE, size: 20 }
    expect((await index.freshness([longer])).isWhole).toBe(false)
    expect((await index.freshness([FILE, { ...FILE, name: '2026-11-22.jsonl' }])).isUpToDate).toBe(false)
    expect((await index.freshness([FILE])).isWhole).toBe(true)
  })
})
