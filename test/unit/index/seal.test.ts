import { createHmac } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Connection } from '../../../src/core/index/sqlite/connection.js'
import { DEFAULT_WORKFLOW } from '../../../src/core/events-lib.js'
import { isFirstToday } from '../../../src/core/index/first-today.js'
import { foldFingerprint, newSeal, readSeal, writeSeal } from '../../../src/core/index/sqlite/seal.js'
import { openIndex, rebuildIndex } from '../../../src/core/index/sqlite/sqlite-index.js'
import { FileGuard } from '../../../src/core/lock/file-guard.js'
import { JsonlEventLog } from '../../../src/core/log/jsonl-event-log.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'
import { tempFolder } from '../../support/temp-folder.js'

interface Clone {
  readonly index: string
  readonly guard: FileGuard
}

/** A clone with an index of its own. */
async function clone(): Promise<Clone> {
  const root = tempFolder()
  const [index, guard] = [join(root, 'index.db'), new FileGuard(join(root, 'private'))]
  const folders = { eventsDir: join(root, 'events'), errorsDir: join(root, 'errors') }
  await rebuildIndex(new JsonlEventLog(folders, new FileJournal(join(root, 'journal.jsonl'))), index, guard)
  return { index, guard }
}

async function alter(path: string, sql: string): Promise<void> {
  const connection = await Connection.open(path, 'open')
  await connection.run(sql)
  await connection.close()
}

async function opened({ index, guard }: Clone): Promise<string> {
  try {
    await (await openIndex(index, guard)).close()
    return 'opened'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

describe('an index', () => {
  it('is opened by the clone that made it', async () => {
    expect(await opened(await clone())).toBe('opened')
  })

  it('is not opened by another clone, whatever it says', async () => {
    const [ours, theirs] = [await clone(), await clone()]
    cpSync(theirs.index, ours.index)
    expect(await opened(ours)).toBe('it was not made in this clone')
    rmSync(ours.guard.privateDir, { recursive: true })
    expect(await opened(ours)).toBe('it was not made in this clone')
  })

  it('of an earlier build does not count any more', async () => {
    const [ours, kept] = [await clone(), join(tempFolder(), 'index.db')]
    cpSync(ours.index, kept)
    const again = await clone()
    cpSync(join(again.guard.privateDir, 'index-seal.json'), join(ours.guard.privateDir, 'index-seal.json'))
    expect(await opened(ours)).toBe('it was not made in this clone')
    expect(readdirSync(ours.guard.privateDir)).toContain('index-seal.json')
  })

  const ENDLESS = 'WITH RECURSIVE endless (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM endless)'
  it.each([
    [
      'a trigger on the board',
      "CREATE TRIGGER lie AFTER INSERT ON board_row BEGIN UPDATE board_row SET packed = 'done'; END",
    ],
    [
      'an endless view in place of the board',
      `DROP TABLE board_row; CREATE VIEW board_row AS ${ENDLESS} SELECT n AS packed, n AS copy, n AS feature_slug FROM endless`,
    ],
    [
      'an endless view in place of the facts',
      `DROP TABLE fact; CREATE VIEW fact AS ${ENDLESS} SELECT 'fold' AS name, n AS value FROM endless WHERE n < 0`,
    ],
    ['another table', 'CREATE TABLE other (a)'],
    ['a table that looks like a plugin’s in another case', 'CREATE TABLE X_other (a)'],
    ['a view that is named as a plugin’s table', 'CREATE VIEW x_goals AS SELECT 1 AS a'],
    [
      'a trigger on a plugin’s table',
      'CREATE TABLE x_a (a); CREATE TRIGGER x_t AFTER INSERT ON x_a BEGIN SELECT 1; END',
    ],
    ['another key', 'CREATE INDEX other ON board_row (feature_slug)'],
  ])('with %s is not opened, and none of it is asked', async (_, sql) => {
    const ours = await clone()
    await alter(ours.index, sql)
    expect(await opened(ours)).toBe('it holds other tables, views or triggers than kitty makes')
  })

  it('with a table of a plugin that is not installed here stays as it is', async () => {
    const ours = await clone()
    await alter(
      ours.index,
      'CREATE TABLE x_burndown_goals (a PRIMARY KEY); CREATE INDEX x_key ON x_burndown_goals (a)',
    )
    expect(await opened(ours)).toBe('opened')
  })
})

describe('the seal in the private folder', () => {
  const SEAL = { nonce: 'n', id: 'i', mac: 'm', schema: 's' }
  const file = (folder: string): string => join(folder, 'index-seal.json')

  it('comes back as it was written, for its owner only', () => {
    const folder = join(tempFolder(), 'private')
    expect(readSeal(folder)).toBeUndefined()
    writeSeal(folder, SEAL)
    expect(readSeal(folder)).toEqual(SEAL)
    expect(statSync(file(folder)).mode & 0o777).toBe(0o600)
  })

  it.each([
    '',
    '{',
    'null',
    '7',
    '[]',
    '{"nonce":"n","id":"i","mac":"m"}',
    '{"nonce":1,"id":"i","mac":"m","schema":"s"}',
  ])('is none where the file holds %j', (text) => {
    const folder = tempFolder()
    writeFileSync(file(folder), text)
    expect(readSeal(folder)).toBeUndefined()
  })

  it('that cannot be read denies the index', () => {
    const folder = tempFolder()
    mkdirSync(file(folder))
    expect(() => readSeal(folder)).toThrow(
      expect.objectContaining({ reason: 'denied', cause: expect.any(Error) }),
    )
  })

  it('is another for every build', () => {
    const [one, other] = [newSeal(), newSeal()]
    expect(one.mac).toBe(createHmac('sha256', one.nonce).update(one.id).digest('hex'))
    expect([one.id, one.nonce]).not.toEqual([other.id, other.nonce])
  })
})

describe('the settings that states depend on', () => {
  const table = { ...DEFAULT_WORKFLOW, aliases: { b: 'done', a: 'doing' } }

  it('are the default ones where none are configured', () => {
    const defaults = foldFingerprint({})
    expect(foldFingerprint({ table: DEFAULT_WORKFLOW, statusRule: 'last_writer_wins' })).toBe(defaults)
    expect(JSON.parse(defaults)).toEqual([
      'last_writer_wins',
      'planned',
      expect.any(Array),
      expect.any(Array),
      [],
    ])
  })

  it('are others for another rule or other lanes, whatever the order of aliases', () => {
    const turned = { ...table, aliases: { a: 'doing', b: 'done' } }
    expect(foldFingerprint({ table })).toBe(foldFingerprint({ table: turned }))
    expect(JSON.parse(foldFingerprint({ table }))).toEqual([
      expect.any(String),
      'planned',
      expect.any(Array),
      expect.any(Array),
      [
        ['a', 'doing'],
        ['b', 'done'],
      ],
    ])
    const all = [{}, { table }, { table: { ...table, initial: 'doing' } }, { statusRule: 'x' as never }]
    expect(new Set(all.map((rules) => foldFingerprint(rules))).size).toBe(4)
  })
})

it('a message that is worth one line a day is said once, and always where that cannot be noted', () => {
  const mark = join(tempFolder(), 'private', 'notice')
  const day = (text: string): Date => new Date(`${text}T23:59:00.000Z`)
  expect(isFirstToday(mark, day('2026-11-22'))).toBe(true)
  expect(isFirstToday(mark, day('2026-11-22'))).toBe(false)
  expect(isFirstToday(mark, day('2026-11-23'))).toBe(true)
  writeFileSync(join(mark, '..', 'file'), '')
  const below = join(mark, '..', 'file', 'notice')
  expect([isFirstToday(below, day('2026-11-22')), isFirstToday(below, day('2026-11-22'))]).toEqual([
    true,
    true,
  ])
})
