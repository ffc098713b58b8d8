import { beforeEach, describe, expect, it } from 'vitest'
import { emptyWorkPackage } from '../../../src/core/events-lib.js'
import type { FeatureRow } from '../../../src/core/index/event-index.js'
import type { SqliteEventIndex } from '../../../src/core/index/sqlite/sqlite-event-index.js'
import { emptySqliteIndex, noteRow } from '../../support/index-kinds.js'

describe('an index in SQLite whose rows are not what was written', () => {
  let index: SqliteEventIndex
  const damaged = (message: string): unknown => expect.objectContaining({ reason: 'damaged', message })

  beforeEach(async () => {
    index = await emptySqliteIndex()
    await index.insert([noteRow(1)])
    await index.putJournalMark({ identity: 'journal', offset: 1 })
    await index.putWorkPackages(['WP01', 'WP02'].map((id) => emptyWorkPackage('001-login', id, undefined)))
  })

  it('answers no package whose bytes do not match their checksum', async () => {
    await index.sql(`UPDATE work_package SET state = replace(state, '001-login', '001-Login')
      WHERE work_package_id = 'WP02'`)
    const message = 'the row of 001-login WP02 does not match its checksum'
    await expect(index.workPackage('001-login', 'WP02')).rejects.toEqual(damaged(message))
    await expect(index.workPackages()).rejects.toEqual(damaged(message))
    await expect(index.workPackages('001-login')).rejects.toEqual(damaged(message))
    expect((await index.workPackage('001-login', 'WP01'))?.work_package_id).toBe('WP01')
  })

  it('answers no board where one of two copies of a row differs', async () => {
    await index.sql(`UPDATE board_row SET packed = replace(packed, 'WP02', 'WP03')
      WHERE work_package_id = 'WP02'`)
    const answer = damaged('a row of its board is not what was written')
    await expect(index.boardRows()).rejects.toEqual(answer)
    await expect(index.boardRows('001-login')).rejects.toEqual(answer)
    expect(await index.boardRows('002-x')).toEqual([])
  })

  it('answers no board where both copies of a row are no row', async () => {
    await index.sql("UPDATE board_row SET packed = '[', copy = '[' WHERE work_package_id = 'WP02'")
    await expect(index.boardRows()).rejects.toEqual(damaged('a row of its board is not what was written'))
  })

  it('answers no fact that cannot be parsed, and says which', async () => {
    await index.sql("UPDATE fact SET value = '{' WHERE name = 'journal'")
    const answer = {
      reason: 'damaged',
      message: 'its record of journal is not what was written',
      cause: expect.any(SyntaxError) as unknown,
    }
    await expect(index.journalMark()).rejects.toMatchObject(answer)
    await expect(index.freshness([])).rejects.toMatchObject(answer)
  })

  it('answers no feature that cannot be parsed, and says which', async () => {
    await index.putFeature({ feature_slug: '001-login', title: 'Log in' } as FeatureRow) // as much as a test needs
    await index.sql("UPDATE feature SET state = '{'")
    const message = 'its record of 001-login is not what was written'
    await expect(index.features()).rejects.toEqual(damaged(message))
  })

  it('is damaged, as SQLite says, where a table is missing', async () => {
    await index.sql('DROP TABLE event')
    await expect(index.count()).rejects.toEqual(damaged('SQLITE_ERROR: no such table: event'))
    await expect(index.misfiled()).rejects.toEqual(damaged('SQLITE_ERROR: no such table: event'))
  })

  it('is damaged where SQLite answers nothing to what always has an answer', async () => {
    expect(await index.one('SELECT ? AS a, ? AS b', [1, 'x'])).toEqual({ a: 1, b: 'x' })
    await expect(index.one('SELECT 1 WHERE 0')).rejects.toEqual(damaged('it did not answer'))
  })

  it('is damaged, and no defect of the program, where it is closed', async () => {
    await index.close()
    await expect(index.misfiled()).rejects.toEqual(damaged('its connection was closed by another read'))
    await expect(index.locate({})).rejects.toEqual(damaged('its connection was closed by another read'))
  })
})
