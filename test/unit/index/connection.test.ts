import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  Connection,
  indexUnusable,
  loadBinding,
  notLoaded,
} from '../../../src/core/index/sqlite/connection.js'
import { IndexUnusable } from '../../../src/core/index/index-unusable.js'
import { tempFolder } from '../../support/temp-folder.js'

describe('a connection to an SQLite file', () => {
  let path: string
  let connection: Connection

  beforeEach(async () => {
    path = join(tempFolder(), 'index.db')
    connection = await Connection.open(path, 'create')
    await connection.run('CREATE TABLE t (a PRIMARY KEY, b)')
  })
  afterEach(() => connection.close().catch(() => undefined))

  const unusable = (reason: string): unknown => expect.objectContaining({ reason })

  it('answers rows, and says what a statement has changed', async () => {
    const insert = 'INSERT INTO t VALUES (?, ?), (?, ?)'
    expect(await connection.change(insert, [1, 'x', 2, null])).toEqual({ rows: 2, lastId: 2 })
    expect(await connection.change('DELETE FROM t WHERE a = ?', [1])).toMatchObject({ rows: 1 })
    expect(await connection.all('SELECT a, b FROM t')).toEqual([{ a: 2, b: null }])
    expect(await connection.all('SELECT a FROM t WHERE a = ?', [1])).toEqual([])
  })

  it('runs a statement again that it has prepared, also in advance and concurrently', async () => {
    connection.foresee('SELECT ? AS a')
    connection.foresee('no SQL')
    const asked = [1, 2, 3].map((value) => connection.all('SELECT ? AS a', [value]))
    expect(await Promise.all(asked)).toEqual([[{ a: 1 }], [{ a: 2 }], [{ a: 3 }]])
    expect(await connection.all('SELECT ? AS a', ['x'])).toEqual([{ a: 'x' }])
  })

  it('runs a statement that failed before, once what it needs is there', async () => {
    const asked = 'SELECT c FROM later'
    connection.foresee(asked)
    await expect(connection.all(asked)).rejects.toThrow('no such table')
    await connection.run('CREATE TABLE later (c); INSERT INTO later VALUES (7)')
    expect(await connection.all(asked)).toEqual([{ c: 7 }])
  })

  it('reports what SQLite reports', async () => {
    await connection.change('INSERT INTO t VALUES (?, ?)', [1, 1])
    await expect(connection.all('SELECT no')).rejects.toThrow(IndexUnusable)
    await expect(connection.run('no SQL')).rejects.toThrow('syntax error')
    await expect(connection.change('INSERT INTO t VALUES (?, ?)', [1, 1])).rejects.toThrow('UNIQUE')
    await expect(connection.all('INSERT INTO t VALUES (?, ?)', [1, 1])).rejects.toThrow('UNIQUE')
  })

  it('opens a file that is there, and makes one only where that is asked', async () => {
    const other = join(tempFolder(), 'other.db')
    await expect(Connection.open(other, 'open')).rejects.toEqual(unusable('damaged'))
    await (await Connection.open(other, 'create')).close()
    await (await Connection.open(other, 'open')).close()
  })

  it('is damaged where the file is no database', async () => {
    const other = join(tempFolder(), 'other.db')
    writeFileSync(other, 'no database\n'.repeat(100))
    await expect(
      Connection.open(other, 'open').then((opened) => opened.all('SELECT * FROM t')),
    ).rejects.toEqual(unusable('damaged'))
  })

  it('answers nothing once it is closed', async () => {
    await connection.all('SELECT 1')
    await connection.close()
    const closed = 'its connection was closed by another read'
    await expect(connection.all('SELECT 1')).rejects.toMatchObject({ reason: 'damaged', message: closed })
    await expect(connection.all('SELECT 2')).rejects.toThrow(closed)
    await expect(connection.change('DELETE FROM t', [])).rejects.toThrow(closed)
    await expect(connection.run('SELECT 1')).rejects.toThrow(closed)
    await expect(connection.close()).rejects.toEqual(unusable('damaged'))
  })

  it('is closed with every statement that it was asked for, also the faulty ones', async () => {
    connection.foresee('no SQL')
    await Promise.all([connection.all('SELECT a FROM t'), connection.all('SELECT a FROM t')])
    await expect(connection.all('SELECT no')).rejects.toThrow('no such column')
    await expect(connection.close()).resolves.toBeUndefined()
  })

  it('ends its statements when it is interrupted', async () => {
    const endless = connection.all(
      'WITH RECURSIVE n (a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n) SELECT count(*) FROM n',
    )
    const ended = expect(endless).rejects.toThrow('interrupt')
    const again = setInterval(() => connection.interrupt(), 1)
    await ended
    clearInterval(again)
  })

  it('tells how large its write-ahead log is', async () => {
    expect(connection.walBytes()).toBe(0)
    await connection.run('PRAGMA journal_mode = WAL; CREATE TABLE u (a)')
    expect(connection.walBytes()).toBe(readFileSync(`${path}-wal`).length)
    expect(connection.walBytes()).toBeGreaterThan(0)
  })

  it('does not let a view call functions with side effects', async () => {
    expect(await connection.all('PRAGMA trusted_schema')).toEqual([{ trusted_schema: 0 }])
  })
})

describe('a failure of SQLite', () => {
  const coded = (code?: string): Error =>
    Object.assign(new Error('as SQLite says'), code === undefined ? {} : { code })

  it.each([
    ['SQLITE_BUSY', 'busy'],
    ['SQLITE_LOCKED', 'busy'],
    ['SQLITE_CORRUPT', 'damaged'],
    [undefined, 'damaged'],
  ])('%s makes the index %s', (code, reason) => {
    const cause = coded(code)
    expect(indexUnusable(cause)).toMatchObject({ reason, message: 'as SQLite says', cause })
  })

  it.each([
    ['Cannot find module X\nRequire stack:\n- a', 'Cannot find module X'],
    ['No native build was found. Tried:\n a\n b', 'No native build was found'],
    ['It ends so:', 'It ends so'],
    ['It ends so,', 'It ends so'],
    ['Built for v1.2: not here.', 'Built for v1.2: not here'],
  ])('to load says why on one line: %j', (message, why) => {
    const cause = new Error(message)
    expect(notLoaded(cause)).toMatchObject({
      reason: 'unavailable',
      message: `the SQLite module cannot be loaded (${why})`,
      cause,
    })
  })

  it('to load may be no error', () => {
    expect(notLoaded('a text').message).toBe('the SQLite module cannot be loaded (a text)')
  })
})

describe('the native module', () => {
  const NATIVE = 'sqlite3/build/Release/node_sqlite3.node'
  const bare = () => ({ Database: { prototype: {} }, Statement: { prototype: {} } })

  it('is loaded from its usual path, and its objects can emit events that no one hears', () => {
    const module = bare()
    const asked: string[] = []
    const binding = loadBinding((id) => {
      asked.push(id)
      return module
    })
    expect([asked, binding]).toEqual([[NATIVE], module])
    for (const { prototype } of [module.Database, module.Statement]) {
      expect(Object.getOwnPropertyDescriptor(prototype, 'emit')).toMatchObject({
        configurable: true,
        writable: true,
      })
      expect((Reflect.get(prototype, 'emit') as () => unknown)()).toBe(false)
    }
  })

  it('keeps what its objects emit with, where the package has made them emitters', () => {
    const module = bare()
    const emit = (): boolean => true
    Object.assign(module.Database.prototype, { emit })
    loadBinding(() => module)
    expect(Reflect.get(module.Database.prototype, 'emit')).toBe(emit)
    expect(Reflect.get(module.Statement.prototype, 'emit')).not.toBe(emit)
  })

  it('is loaded as the package does where it is not on that path', () => {
    const module = bare()
    const binding = loadBinding((id) => {
      if (id === 'sqlite3') return module
      throw new Error(`Cannot find module '${id}'`)
    })
    expect(binding).toBe(module)
  })

  it('is unavailable where the package cannot load it either', () => {
    const cause = new Error("Cannot find module 'sqlite3'")
    const load = (): unknown =>
      loadBinding((id) => {
        throw id === 'sqlite3' ? cause : new Error(`Cannot find module '${id}'`)
      })
    expect(load).toThrow(
      expect.objectContaining({
        reason: 'unavailable',
        message: "the SQLite module cannot be loaded (Cannot find module 'sqlite3')",
        cause,
      }),
    )
  })
})
