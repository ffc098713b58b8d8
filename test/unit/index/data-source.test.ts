import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Connection } from '../../../src/core/index/sqlite/connection.js'
import { asIndexUnusable, createSchema, driverProblem } from '../../../src/core/index/sqlite/data-source.js'
import { requireFromHere } from '../../../src/core/root.js'
import { tempFolder } from '../../support/temp-folder.js'

const TABLES = [
  'board_row',
  'event',
  'explained_conflict',
  'fact',
  'feature',
  'log_file',
  'log_problem',
  'work_package',
]

describe('the tables of a new index', () => {
  it('are in a file that is made for them, and are empty', async () => {
    const path = join(tempFolder(), 'index.db')
    await createSchema(path)
    const connection = await Connection.open(path, 'open')
    const rows = await connection.all<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    expect(rows.map(({ name }) => name)).toEqual(TABLES)
    for (const table of TABLES) expect(await connection.all(`SELECT * FROM ${table}`)).toEqual([])
    await connection.close()
  })

  it('leave the file to whom it was made for', async () => {
    const path = join(tempFolder(), 'index.db')
    await createSchema(path)
    const connection = await Connection.open(path, 'open')
    await connection.run('BEGIN EXCLUSIVE; COMMIT')
    await connection.close()
  })

  it('are not made where the path is a folder, or the file no database', async () => {
    const folder = join(tempFolder(), 'index.db')
    mkdirSync(folder)
    await expect(createSchema(folder)).rejects.toMatchObject({
      reason: 'damaged',
      message: 'SQLITE_CANTOPEN: unable to open database file',
    })
    const file = join(tempFolder(), 'index.db')
    writeFileSync(file, 'no database\n'.repeat(400))
    await expect(createSchema(file)).rejects.toMatchObject({
      reason: 'damaged',
      message: 'SQLITE_NOTADB: file is not a database',
    })
  })
})

describe('SQLite on this machine', () => {
  const key = requireFromHere.resolve('sqlite3')
  const loaded = requireFromHere('sqlite3') as unknown
  const put = (module: object): void => {
    requireFromHere.cache[key] = module as NodeJS.Module // as much as `require` asks for
  }
  afterEach(() => put({ loaded: true, children: [], exports: loaded }))

  it('has no problem where its module can be loaded', async () => {
    expect(await driverProblem()).toBeUndefined()
  })

  it('says why it cannot be used, to doctor as to a rebuild', async () => {
    const problem = 'the SQLite module cannot be loaded (built for another version of Node)'
    // As a module of another version of Node fails: with an error of the loader's own.
    const broken = Object.defineProperty({ loaded: true, children: [] }, 'exports', {
      get: () => {
        throw new Error('built for another version of Node')
      },
    })
    put(broken)
    expect(await driverProblem()).toBe(problem)
    const path = join(tempFolder(), 'index.db')
    await expect(createSchema(path)).rejects.toMatchObject({ reason: 'unavailable', message: problem })
  })
})

describe('a failure of the driver', () => {
  const coded = (code: unknown): Error => Object.assign(new Error('as SQLite says'), { code })
  const wrapped = (driverError: unknown): Error => Object.assign(new Error('query failed'), { driverError })

  it('makes the index unusable, as the driver tells it or as TypeORM wraps it', () => {
    const [busy, corrupt] = [coded('SQLITE_BUSY'), coded('SQLITE_CORRUPT')]
    expect(asIndexUnusable(busy)).toMatchObject({ reason: 'busy', message: 'as SQLite says', cause: busy })
    expect(asIndexUnusable(wrapped(corrupt))).toMatchObject({ reason: 'damaged', cause: corrupt })
    expect(asIndexUnusable(wrapped(wrapped(busy)))).toMatchObject({ reason: 'busy', cause: busy })
  })

  it.each([
    ['without a code', new Error('a defect')],
    ['with the code of something else', coded('ENOENT')],
    ['with a code that is no text', coded(5)],
    ['that wraps something else', wrapped(coded('ENOENT'))],
    ['that wraps nothing', wrapped(undefined)],
    ['that is no error', { code: 'SQLITE_BUSY' }],
    ['that is a text', 'SQLITE_BUSY'],
  ])('%s is a defect, which passes as it is', (_, error) => {
    expect(asIndexUnusable(error)).toBe(error)
  })
})
