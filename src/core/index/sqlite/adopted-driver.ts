import type { Connection } from './connection.js'

type Parameters = readonly (string | number | null)[]
type Done<Result> = (this: { lastID: number; changes: number }, failure: unknown, result?: Result) => void

/**
 * The part of node-sqlite3 that TypeORM calls, on a connection that is open already: its queries and the index's share
 * one connection, one transaction and one lock. Closing it leaves the connection open.
 */
export function driverOn(connection: Connection): object {
  class Database {
    constructor(_path: string, done: (failure: null) => void) {
      // TypeORM names the database before it uses it.
      queueMicrotask(() => done(null))
    }

    all(sql: string, parameters: Parameters, done: Done<unknown[]>): void {
      this.#rows(sql, parameters).then(
        (rows) => done.call(NOTHING_CHANGED, null, rows),
        (error: unknown) => done.call(NOTHING_CHANGED, causeOf(error)),
      )
    }

    run(sql: string, ...rest: [Parameters, Done<void>] | [Done<void>]): void {
      const [parameters, done] = rest.length === 1 ? [[], rest[0]] : rest
      connection.change(sql, parameters).then(
        (changes) => done.call({ changes: changes.rows, lastID: changes.lastId }, null),
        (error: unknown) => done.call(NOTHING_CHANGED, causeOf(error)),
      )
    }

    close(done: (failure: null) => void): void {
      done(null)
    }

    /** TypeORM begins a transaction for each write of its own; within the index's transaction that is a savepoint. */
    async #rows(sql: string, parameters: Parameters): Promise<unknown[]> {
      const nested = NESTED.get(sql)
      if (nested === undefined) return connection.all(sql, parameters)
      await connection.run(nested)
      return []
    }
  }
  return { verbose: () => ({ Database }) }
}

const NOTHING_CHANGED = { lastID: 0, changes: 0 }

/** Tells TypeORM what SQLite said: it is up to the caller whether that makes the index unusable. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error
}

const NESTED: ReadonlyMap<string, string> = new Map([
  ['BEGIN TRANSACTION', 'SAVEPOINT typeorm'],
  ['COMMIT', 'RELEASE typeorm'],
  ['ROLLBACK', 'ROLLBACK TO typeorm; RELEASE typeorm'],
])
