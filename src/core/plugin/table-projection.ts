import type { LogEvent } from '../events-lib.js'
import { token } from '../token.js'

/** The tables of plugins' projections, in the same file as the index. */
export interface ProjectionTables {
  /**
   * Brings the projection's tables up to the log as it is now, and runs `query` on them. New events are added; if the
   * log changed before the last event it holds, or the index is new, the tables are made again. `query` must not write.
   * @throws KittyError MissingDependency if there is no SQLite index; TypeError for a name that is not the plugin's
   */
  read<T>(projection: TableProjection, query: (rows: TableRows) => Promise<T>): Promise<T>
}

export const ProjectionTables = token<ProjectionTables>('ProjectionTables')

/** A class that `@Entity` from `kittify/plugin/entities` describes. */
export type EntityClass<Row extends object> = new () => Row

/** How to find rows: each given column equals its value, in the given order. */
export interface RowQuery<Row> {
  readonly where?: Partial<Row>
  readonly order?: Partial<Record<keyof Row, 'ASC' | 'DESC'>>
  /** At most this many rows, after leaving out the first `skip`. */
  readonly take?: number
  readonly skip?: number
}

/** The rows of a projection's tables: the part of TypeORM's EntityManager that needs no types of TypeORM's. */
export interface TableRows {
  find<Row extends object>(entity: EntityClass<Row>, query?: RowQuery<Row>): Promise<Row[]>
  findOneBy<Row extends object>(entity: EntityClass<Row>, where: Partial<Row>): Promise<Row | null>
  count<Row extends object>(entity: EntityClass<Row>, query?: RowQuery<Row>): Promise<number>
  insert<Row extends object>(entity: EntityClass<Row>, rows: Partial<Row>[]): Promise<unknown>
  /** Inserts rows, or updates those whose key columns are there already. */
  upsert<Row extends object>(
    entity: EntityClass<Row>,
    rows: Partial<Row>[],
    key: (keyof Row & string)[],
  ): Promise<unknown>
  update<Row extends object>(
    entity: EntityClass<Row>,
    where: Partial<Row>,
    values: Partial<Row>,
  ): Promise<unknown>
  delete<Row extends object>(entity: EntityClass<Row>, where: Partial<Row>): Promise<unknown>
  /** SQL, for what the methods above cannot say. */
  query(sql: string, parameters?: unknown[]): Promise<unknown>
}

/** A view of the log in tables of its own, next to the index and as deletable as the index. */
export interface TableProjection {
  /** `<plugin>.<name>`: lowercase letters, digits and dashes on both sides of the dot. */
  readonly name: string
  /** Starts at 1. Raise it whenever `apply` changes what a row means; kitty then makes the tables again. */
  readonly version: number
  /** Each with a table named `x_<plugin>_…`, dashes as underscores. A changed column also makes the tables again. */
  readonly entities: readonly EntityClass<object>[]
  /**
   * Adds events to the tables, in causal order, a few thousand at a time. Everything runs in one transaction: if it
   * throws, the tables stay as they were. It must depend on nothing but the events and its own rows.
   */
  apply(rows: TableRows, events: readonly LogEvent[]): Promise<void>
}

export function defineTableProjection(projection: TableProjection): TableProjection {
  return projection
}

const NAME = /^([a-z0-9][a-z0-9-]{0,63})\.[a-z0-9][a-z0-9-]{0,63}$/

/** What the names of a projection's tables must begin with. @throws TypeError if its own name is none */
export function tablePrefix({ name }: TableProjection): string {
  const plugin = NAME.exec(name)?.[1]
  if (plugin === undefined)
    throw new TypeError(
      `The table projection ${JSON.stringify(name)} must be named <plugin>.<name>, in lowercase letters, digits and dashes.`,
    )
  return `x_${plugin.replaceAll('-', '_')}_`
}
