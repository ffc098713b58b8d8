import { createHash } from 'node:crypto'
import { ProjectionCursorEntity } from '../../../entities/projection-cursor-entity.js'
import type { LogEvent, Ordered } from '../../events-lib.js'
import type { TableProjection, TableRows } from '../../plugin/table-projection.js'
import { asIndexUnusable } from './data-source.js'
import type { EventIndex } from '../event-index.js'
import { IndexUnusable } from '../index-unusable.js'
import { type Orm, ormOn } from './orm.js'
import { SqliteEventIndex } from './sqlite-event-index.js'

/** The part of the log after a place, in the total order. */
export type EventsAfter = (after: Ordered) => AsyncIterable<readonly LogEvent[]>

const NOTHING_APPLIED = { lamport_clock: 0, event_id: '' }
const entitiesOf = new WeakMap<TableProjection, readonly (new () => object)[]>()

/** The tables of one projection in an open index. */
export class TableSet {
  private constructor(
    private readonly index: SqliteEventIndex,
    private readonly orm: Orm,
    private readonly projection: TableProjection,
  ) {}

  /**
   * @param prefix what the name of each table must begin with
   * @throws IndexUnusable `unavailable` if the index is not in SQLite; TypeError for a table of another name,
   * or with a quotation mark in it
   */
  static async open(index: EventIndex, projection: TableProjection, prefix: string): Promise<TableSet> {
    if (!(index instanceof SqliteEventIndex))
      throw new IndexUnusable('unavailable', 'the index is in memory, which holds no tables')
    const entities = entitiesOf.get(projection) ?? [ProjectionCursorEntity, ...projection.entities]
    entitiesOf.set(projection, entities)
    const orm = await ormOn(index.connection, entities)
    const set = new TableSet(index, orm, projection)
    for (const { tableName } of set.#metadata()) {
      if (!tableName.startsWith(prefix))
        throw new TypeError(`The table ${tableName} of ${projection.name} must be named ${prefix}….`)
      // It would end the name in SQL, and a fault of SQL counts as a damaged index, which is rebuilt.
      if (tableName.includes('"'))
        throw new TypeError(`The table ${tableName} of ${projection.name} must be named without ".`)
    }
    return set
  }

  /** Applies the events that the tables lack; makes the tables again where that is not enough. */
  async update(eventsAfter: EventsAfter): Promise<void> {
    if (await this.#isCurrent()) return
    await this.index.write(async () => {
      const cursor = await this.#cursor()
      const from = cursor !== undefined && (await this.#follows(cursor)) ? cursor : await this.#emptied()
      let last: Ordered = from
      for await (const events of eventsAfter(from)) {
        await this.projection.apply(this.rows, events)
        last = events.at(-1) ?? last
      }
      const { lamport_clock, event_id } = last
      const digest = await this.#digest(last)
      const { name } = this.projection
      await this.orm.manager.upsert(
        ProjectionCursorEntity,
        { name, shape: this.#shape(), lamport_clock, event_id, digest },
        ['name'],
      )
    })
  }

  get rows(): TableRows {
    // Cast: TableRows is a part of EntityManager, in types that name nothing of TypeORM's.
    return this.orm.manager as unknown as TableRows
  }

  async #isCurrent(): Promise<boolean> {
    const cursor = await this.#cursor()
    if (cursor === undefined || !(await this.#follows(cursor))) return false
    const { later } = await this.index.one<{ later: number }>(
      // Bound the clock separately too: SQLite does not use the key for a row-value comparison.
      `SELECT EXISTS (SELECT 1 FROM event WHERE lamport_clock >= ?1 AND (lamport_clock, event_id) > (?1, ?2)) AS later`,
      [cursor.lamport_clock, cursor.event_id],
    )
    return later === 0
  }

  /** Undefined if there are no tables, or tables of another shape. */
  async #cursor(): Promise<ProjectionCursorEntity | undefined> {
    const { tableName } = this.orm.getMetadata(ProjectionCursorEntity)
    const there = await this.index.sql('SELECT 1 FROM sqlite_master WHERE name = ?', [tableName])
    if (there.length === 0) return undefined
    const { name } = this.projection
    const found = await this.orm.manager.findOneBy(ProjectionCursorEntity, { name })
    return found?.shape === this.#shape() ? found : undefined
  }

  /** True if every event up to the cursor is one that was applied, and no other has come between. */
  async #follows(cursor: ProjectionCursorEntity): Promise<boolean> {
    return cursor.digest === (await this.#digest(cursor))
  }

  async #digest({ lamport_clock, event_id }: Ordered): Promise<string> {
    const { ids } = await this.index.one<{ ids: string }>(
      `SELECT coalesce(group_concat(event_id, ''), '') AS ids FROM
         (SELECT event_id FROM event WHERE (lamport_clock, event_id) <= (?, ?) ORDER BY lamport_clock, event_id)`,
      [lamport_clock, event_id],
    )
    return createHash('sha256').update(ids).digest('hex')
  }

  async #emptied(): Promise<Ordered> {
    for (const { tableName } of this.#metadata()) await this.index.sql(`DROP TABLE IF EXISTS "${tableName}"`)
    await this.orm.synchronize()
    return NOTHING_APPLIED
  }

  #shape(): string {
    const tables = this.#metadata().map(({ tableName, columns, indices }) => ({
      tableName,
      columns: columns.map(({ databaseName, type, isNullable, isPrimary }) => [
        databaseName,
        type,
        isNullable,
        isPrimary,
      ]),
      indices: indices.map(({ name, columns: keys }) => [name, keys.map((key) => key.databaseName)]),
    }))
    return JSON.stringify({ version: this.projection.version, tables })
  }

  #metadata() {
    return this.projection.entities.map((entity) => this.orm.getMetadata(entity))
  }
}

/** Runs what reads a projection's tables. A damaged or locked file makes the index unusable; faulty SQL does not. */
export async function readingTables<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    const failure = asIndexUnusable(error)
    throw failure instanceof IndexUnusable && !isFaultOfQuery(failure) ? failure : error
  }
}

function isFaultOfQuery({ cause }: IndexUnusable): boolean {
  const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return (
    code === 'SQLITE_ERROR' ||
    code === 'SQLITE_CONSTRAINT' ||
    code === 'SQLITE_MISMATCH' ||
    code === 'SQLITE_RANGE'
  )
}
