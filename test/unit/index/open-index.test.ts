import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Connection } from '../../../src/core/index/sqlite/connection.js'
import type { EventIndex } from '../../../src/core/index/event-index.js'
import { IndexUnusable } from '../../../src/core/index/index-unusable.js'
import { openIndex, rebuildIndex } from '../../../src/core/index/sqlite/sqlite-index.js'
import { FileGuard } from '../../../src/core/lock/file-guard.js'
import { note } from '../../support/events.js'
import { PlainLog } from '../../support/plain-log.js'

const NOT_OURS = 'it was not made in this clone'
const RULES = { statusRule: 'priority' } as const

describe('an index file that is opened', () => {
  let made: PlainLog
  let path: string
  let guard: FileGuard
  const open: EventIndex[] = []

  beforeEach(async () => {
    made = new PlainLog()
    path = join(made.root, 'index.db')
    guard = new FileGuard(join(made.root, 'private'))
    made.log.append([note(1), note(2)])
    await rebuildIndex(made.log, path, guard)
  })
  afterEach(async () => {
    for (const index of open.splice(0)) await index.close()
  })

  const opened = async (...rules: Parameters<typeof openIndex>[2][]): Promise<EventIndex> => {
    const index = await openIndex(path, guard, ...rules)
    open.push(index)
    return index
  }
  const altered = async (sql: string): Promise<void> => {
    const connection = await Connection.open(path, 'open')
    await connection.run(sql)
    await connection.close()
  }
  /** Replacing the file waits for a process that has it open. */
  const expectReleased = (): void => {
    let isReplaced = false
    guard.exclusively(() => (isReplaced = true))
    expect(isReplaced).toBe(true)
  }

  it('answers as the log does', async () => {
    const index = await opened()
    expect(await index.count()).toBe(2)
    expect(await index.freshness(made.log.list())).toMatchObject({ isUpToDate: true, isWhole: true })
    expect(index.foldRules).toEqual({})
  })

  it('keeps the file from being replaced until it is closed', async () => {
    const index = await openIndex(path, guard)
    const other = new FileGuard(guard.privateDir)
    expect(() => other.exclusively(() => undefined)).toThrow('in use by another process')
    await index.close()
    expectReleased()
  })

  it.each([
    ['is of another program', 'PRAGMA application_id = 7', 'the file was not an index of kitty'],
    ['is of another version', 'PRAGMA user_version = 7', 'it had schema version 7, this kitty uses 13'],
    [
      'holds a view',
      'CREATE VIEW v AS SELECT 1',
      'it holds other tables, views or triggers than kitty makes',
    ],
    [
      'holds a trigger',
      'CREATE TRIGGER x_t AFTER INSERT ON event BEGIN SELECT 1; END',
      'it holds other tables, views or triggers than kitty makes',
    ],
    ['has lost its mark', "DELETE FROM fact WHERE name = 'mark'", NOT_OURS],
    ['has no object for a mark', "UPDATE fact SET value = '7' WHERE name = 'mark'", NOT_OURS],
    ['has nothing for a mark', "UPDATE fact SET value = 'null' WHERE name = 'mark'", NOT_OURS],
    [
      'has the mark of another build',
      `UPDATE fact SET value = json_set(value, '$.id', 'x') WHERE name = 'mark'`,
      NOT_OURS,
    ],
    [
      'has the mark of another clone',
      `UPDATE fact SET value = json_set(value, '$.mac', 'x') WHERE name = 'mark'`,
      NOT_OURS,
    ],
    [
      'has no text for a mark',
      "UPDATE fact SET value = '{' WHERE name = 'mark'",
      'its record of mark is not what was written',
    ],
    [
      'has no text for its rules',
      "UPDATE fact SET value = '{' WHERE name = 'fold'",
      'its record of fold is not what was written',
    ],
    [
      'has lost its rules',
      "DELETE FROM fact WHERE name = 'fold'",
      'it was built for other lanes or another merge rule than are configured now',
    ],
  ])('is damaged where it %s', async (_, sql, message) => {
    await altered(sql)
    await expect(openIndex(path, guard)).rejects.toMatchObject({ reason: 'damaged', message })
    expectReleased()
  })

  it('may hold the tables and keys of plugins', async () => {
    await altered('CREATE TABLE x_tally (a); CREATE INDEX x_tally_a ON x_tally (a)')
    expect(await (await opened()).count()).toBe(2)
  })

  it('is damaged where the rules are others than it was built for', async () => {
    await expect(openIndex(path, guard, RULES)).rejects.toThrow('another merge rule')
    await rebuildIndex(made.log, path, guard, undefined, RULES)
    expect((await opened(RULES)).foldRules).toEqual(RULES)
  })

  it('is damaged where this clone has made none', async () => {
    rmSync(join(guard.privateDir, 'index-seal.json'))
    await expect(openIndex(path, guard)).rejects.toThrow(NOT_OURS)
    expectReleased()
  })

  it('is damaged, and not held, where it is no database or not there', async () => {
    writeFileSync(path, 'no database\n'.repeat(400))
    await expect(openIndex(path, guard)).rejects.toThrow(IndexUnusable)
    expectReleased()
    rmSync(path)
    await expect(openIndex(path, guard)).rejects.toThrow('unable to open')
    expectReleased()
  })
})
