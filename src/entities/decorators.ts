import * as typeorm from '#typeorm'

/**
 * TypeORM's decorators for the tables of a plugin's projection: `kittify/plugin/entities`. The types are kitty's own, so
 * that a plugin compiles without TypeORM, which comes with kitty.
 */

export interface TableOptions {
  /** `x_<plugin>_…`. */
  readonly name: string
  readonly withoutRowid?: boolean
}

export interface ColumnOptions {
  readonly type: 'text' | 'integer' | 'real'
  readonly nullable?: boolean
}

type ClassDecorator = (target: new () => object) => void
type PropertyDecorator = (target: object, property: string) => void

export const Entity: (options: TableOptions) => ClassDecorator = (options) => typeorm.Entity(options)

export const Column: (options: ColumnOptions) => PropertyDecorator = (options) => typeorm.Column(options)

export const PrimaryColumn: (options: Pick<ColumnOptions, 'type'>) => PropertyDecorator = (options) =>
  typeorm.PrimaryColumn(options)

/** A key of the table. SQLite has one name space for keys: begin the name with the table's. */
export const Index: (name: string, columns: readonly string[]) => ClassDecorator = (name, columns) =>
  typeorm.Index(name, [...columns])
