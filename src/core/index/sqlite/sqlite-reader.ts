import type { FactEntity } from '../../../entities/fact-entity.js'
import type { Connection } from './connection.js'
import { IndexUnusable } from '../index-unusable.js'
import { FACT, FACTS_OF_ORIGIN, FRESHNESS, ORIGIN, SCHEMA } from './sqlite-statements.js'

/** A query on a sound index takes milliseconds; one that runs on would block every process waiting for the lock. */
const STATEMENT_LIMIT_MS = 10_000

/** An index file in SQLite: how it is queried, and what it claims to be. */
export class SqliteReader {
  /** Transactions of this process that have not ended. */
  protected transactions = 0

  constructor(readonly connection: Connection) {}

  get path(): string {
    return this.connection.path
  }

  /** What the file claims to be. */
  origin(): Promise<{ application: number; schema: number }> {
    return this.one(ORIGIN)
  }

  /** Every table, key, view and trigger of the file except plugins' tables, for comparison. */
  async schema(): Promise<string> {
    const { items } = await this.one<{ items: string | null }>(SCHEMA)
    return items ?? ''
  }

  /**
   * The rules it was built for, and its half of the seal; null for what is missing. Call this only after checking
   * that the schema is kitty's.
   */
  async build(): Promise<{ fold: unknown; mark: unknown }> {
    this.connection.foresee(FRESHNESS)
    const { fold, mark } = await this.one<{ fold: string | null; mark: string | null }>(FACTS_OF_ORIGIN)
    return { fold: parsedRecord('fold', fold ?? 'null'), mark: parsedRecord('mark', mark ?? 'null') }
  }

  /** @throws IndexUnusable when SQLite reports anything other than success */
  async sql<Row>(statement: string, parameters: readonly (string | number | null)[] = []): Promise<Row[]> {
    if (this.transactions > 0) return this.connection.all<Row>(statement, parameters)
    const timer = setTimeout(() => {
      if (this.transactions === 0) this.connection.interrupt()
    }, STATEMENT_LIMIT_MS)
    try {
      return await this.connection.all<Row>(statement, parameters)
    } finally {
      clearTimeout(timer)
    }
  }

  /** The row of a statement that always has one. @throws IndexUnusable when SQLite answers none */
  async one<Row>(statement: string, parameters: readonly (string | number | null)[] = []): Promise<Row> {
    const [row] = await this.sql<Row>(statement, parameters)
    if (row === undefined) throw new IndexUnusable('damaged', 'it did not answer')
    return row
  }

  /** Returns what `putFact` wrote, under this schema version: callers know the shape from the name. */
  protected async fact(name: string): Promise<unknown> {
    const [row] = await this.sql<FactEntity>(FACT, [name])
    return row === undefined ? undefined : parsedRecord(name, row.value)
  }
}

/**
 * Parses JSON text that the index stored.
 * @param name of what the text records
 * @throws IndexUnusable `damaged` when it is no JSON: SQLite does not notice when the bytes of a page change
 */
export function parsedRecord(name: string, value: string): unknown {
  try {
    return JSON.parse(value)
  } catch (error) {
    throw new IndexUnusable('damaged', `its record of ${name} is not what was written`, { cause: error })
  }
}
