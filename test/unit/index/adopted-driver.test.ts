import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { driverOn } from '../../../src/core/index/sqlite/adopted-driver.js'
import { Connection } from '../../../src/core/index/sqlite/connection.js'
import { IndexUnusable } from '../../../src/core/index/index-unusable.js'
import { tempFolder } from '../../support/temp-folder.js'

interface Answer {
  readonly of: unknown
  readonly failure: unknown
  readonly rows?: unknown
}
type Done = (this: unknown, failure: unknown, rows?: unknown) => void

/** What TypeORM calls: https://github.com/TryGhost/node-sqlite3/wiki/API */
interface Database {
  all(sql: string, parameters: readonly unknown[], done: Done): void
  run(sql: string, ...rest: [readonly unknown[], Done] | [Done]): void
  close(done: Done): void
}
interface Driver {
  verbose(): { Database: new (path: string, done: Done) => Database }
}

describe('the driver that TypeORM gets on an open connection', () => {
  let connection: Connection
  let database: Database

  /** What a call answers, by `this` and its parameters. */
  const answer = (call: (done: Done) => void): Promise<Answer> =>
    new Promise((resolve) => {
      call(function (failure, rows) {
        resolve({ of: this, failure, rows })
      })
    })
  const all = (sql: string, parameters: readonly unknown[] = []): Promise<Answer> =>
    answer((done) => database.all(sql, parameters, done))
  const stored = async (): Promise<unknown[]> =>
    (await connection.all<{ a: number }>('SELECT a FROM t ORDER BY a')).map(({ a }) => a)

  beforeEach(async () => {
    connection = await Connection.open(join(tempFolder(), 'index.db'), 'create')
    await connection.run('CREATE TABLE t (a PRIMARY KEY)')
    const { Database } = (driverOn(connection) as Driver).verbose()
    const opened = await answer((done) => {
      database = new Database('index.db', done)
    })
    expect(opened.failure).toBeNull()
  })
  afterEach(() => connection.close())

  it('answers rows', async () => {
    await connection.change('INSERT INTO t VALUES (?)', [1])
    expect(await all('SELECT a FROM t WHERE a = ?', [1])).toEqual({
      of: { lastID: 0, changes: 0 },
      failure: null,
      rows: [{ a: 1 }],
    })
  })

  it('says what a statement changed, with and without parameters', async () => {
    const first = await answer((done) => database.run('INSERT INTO t VALUES (?), (?)', [7, 8], done))
    expect(first).toMatchObject({ of: { changes: 2, lastID: 2 }, failure: null })
    const second = await answer((done) => database.run('DELETE FROM t', done))
    expect(second).toMatchObject({ of: { changes: 2 }, failure: null })
    expect(await stored()).toEqual([])
  })

  it('fails as SQLite does, not as the index', async () => {
    const failures = [
      await all('SELECT no'),
      await answer((done) => database.run('no SQL', [], done)),
      await all('COMMIT'),
    ]
    for (const { failure, of } of failures) {
      expect(failure).toMatchObject({ code: 'SQLITE_ERROR' })
      expect(failure).not.toBeInstanceOf(IndexUnusable)
      expect(of).toEqual({ lastID: 0, changes: 0 })
    }
  })

  it('fails as the index does where SQLite was not asked', async () => {
    const closed = await Connection.open(join(tempFolder(), 'other.db'), 'create')
    const { Database } = (driverOn(closed) as Driver).verbose()
    await closed.close()
    const other = new Database('other.db', () => undefined)
    const { failure } = await answer((done) => other.all('SELECT 1', [], done))
    expect(failure).toBeInstanceOf(IndexUnusable)
  })

  it('keeps a transaction of TypeORM within that of the index', async () => {
    await connection.run('BEGIN IMMEDIATE')
    expect(await all('BEGIN TRANSACTION')).toMatchObject({ failure: null, rows: [] })
    await all('INSERT INTO t VALUES (1)')
    expect(await all('COMMIT')).toMatchObject({ failure: null })
    await all('BEGIN TRANSACTION')
    await all('INSERT INTO t VALUES (2)')
    expect(await all('ROLLBACK')).toMatchObject({ failure: null })
    expect(await stored()).toEqual([1])
    await connection.run('ROLLBACK')
    expect(await stored()).toEqual([])
  })

  it('leaves the connection open when TypeORM closes it', async () => {
    expect((await answer((done) => database.close(done))).failure).toBeNull()
    expect(await stored()).toEqual([])
  })
})
