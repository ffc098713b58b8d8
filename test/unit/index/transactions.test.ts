import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Connection } from '../../../src/core/index/sqlite/connection.js'
import { SqliteEventIndex } from '../../../src/core/index/sqlite/sqlite-event-index.js'
import type { LogProblem } from '../../../src/core/log/event-log.js'
import { emptySqliteIndex, noteRow } from '../../support/index-kinds.js'

const ENDLESS = 'WITH RECURSIVE n (a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n) SELECT count(*) FROM n'

const problems = (count: number): LogProblem[] =>
  Array.from({ length: count }, (_, at) => ({
    file: '2026-11-22.jsonl',
    line: at + 1,
    kind: 'invalid',
    message: 'x'.repeat(1000),
  }))

describe('a transaction of an index in SQLite', () => {
  let index: SqliteEventIndex

  beforeEach(async () => {
    index = await emptySqliteIndex()
    await index.sql('PRAGMA journal_mode = WAL')
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  it('stores all of its writes, and answers what its work does', async () => {
    const answer = await index.write(async (writer) => {
      await writer.insert([noteRow(1)])
      await writer.putMaximumClock(1)
      return 'done'
    })
    expect([answer, await index.count(), await index.maximumClock()]).toEqual(['done', 1, 1])
  })

  it('stores none of its writes where its work fails, and fails as that did', async () => {
    const failure = new Error('half way')
    const written = index.write(async (writer) => {
      await writer.insert([noteRow(1)])
      throw failure
    })
    await expect(written).rejects.toBe(failure)
    expect(await index.count()).toBe(0)
  })

  it('fails as its work did where SQLite has rolled back by itself', async () => {
    const failure = new Error('first')
    const written = index.write(async () => {
      await index.connection.run('ROLLBACK')
      throw failure
    })
    await expect(written).rejects.toBe(failure)
    await index.write((writer) => writer.insert([noteRow(1)]))
    expect(await index.count()).toBe(1)
  })

  it('waits for the one before it, also where that fails', async () => {
    const happened: string[] = []
    const step = (name: string) => async (): Promise<void> => {
      happened.push(`${name} begins`)
      await index.count()
      happened.push(`${name} ends`)
      if (name === 'first') throw new Error(name)
    }
    const written = ['first', 'second', 'third'].map((name) => index.write(step(name)))
    const ended = await Promise.allSettled(written)
    expect(ended.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    expect(happened).toEqual(
      ['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]),
    )
  })

  it('holds the write lock from its beginning', async () => {
    const other = await Connection.open(index.path, 'open')
    await other.run('PRAGMA busy_timeout = 0')
    await index.write(async () => {
      await expect(other.run('BEGIN IMMEDIATE')).rejects.toMatchObject({ reason: 'busy' })
    })
    await other.run('BEGIN IMMEDIATE; ROLLBACK')
    await other.close()
  })

  it('leaves syncing and checkpoints to kitty', async () => {
    await index.write(async () => undefined)
    expect(await index.sql('PRAGMA synchronous')).toEqual([{ synchronous: 1 }])
    expect(await index.sql('PRAGMA wal_autocheckpoint')).toEqual([{ wal_autocheckpoint: 0 }])
    expect(await index.sql('PRAGMA journal_size_limit')).toEqual([{ journal_size_limit: 0 }])
  })

  it('starts a large write-ahead log again, and lets a small one grow', async () => {
    const grown = async (count: number): Promise<number> => {
      await index.write((writer) => writer.putProblems(problems(count)))
      return index.connection.walBytes()
    }
    const small = await grown(1)
    expect(await grown(1)).toBeGreaterThan(small)
    expect(await grown(900)).toBeGreaterThan(800 * 1024)
    expect(await grown(1)).toBeLessThan(400 * 1024)
    expect(await index.problems()).toHaveLength(903)
  })

  describe('with a time limit', () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    })

    it('ends a statement that runs for ten seconds', async () => {
      const interrupt = index.connection.interrupt.bind(index.connection)
      let again: NodeJS.Timeout | undefined
      vi.spyOn(index.connection, 'interrupt').mockImplementation(() => {
        // A statement that has not begun cannot be interrupted.
        again ??= setInterval(interrupt, 1)
      })
      const ended = expect(index.sql(ENDLESS)).rejects.toThrow('interrupt')
      vi.advanceTimersByTime(9_999)
      expect(again).toBeUndefined()
      vi.advanceTimersByTime(1)
      expect(again).toBeDefined()
      await ended
      clearInterval(again)
    })

    it('has none left after a statement, and none within a transaction', async () => {
      await index.count()
      await expect(index.sql('no SQL')).rejects.toThrow('syntax error')
      expect(vi.getTimerCount()).toBe(0)
      await index.write(async () => {
        const counted = index.count()
        expect(vi.getTimerCount()).toBe(0)
        await counted
      })
      const counted = index.count()
      expect(vi.getTimerCount()).toBe(1)
      await counted
    })

    it('does not end a transaction that has begun since', async () => {
      const interrupt = vi.spyOn(index.connection, 'interrupt')
      let answer: (rows: never[]) => void = () => undefined
      vi.spyOn(index.connection, 'all').mockReturnValueOnce(new Promise((resolve) => (answer = resolve)))
      const asked = index.sql('SELECT 1')
      await index.write(async () => {
        vi.advanceTimersByTime(10_000)
      })
      expect(interrupt).not.toHaveBeenCalled()
      answer([])
      await asked
    })
  })
})

describe('an index in SQLite that is closed', () => {
  it('releases what it held, also where it was closed before', async () => {
    const { path } = await emptySqliteIndex()
    let released = 0
    const index = new SqliteEventIndex(await Connection.open(path, 'open'), () => (released += 1))
    expect(index.foldRules).toEqual({})
    await index.close()
    expect(released).toBe(1)
    await expect(index.close()).rejects.toMatchObject({ reason: 'damaged' })
    expect(released).toBe(2)
  })
})
