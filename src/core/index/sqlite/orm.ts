import { driverOn } from './adopted-driver.js'
import type { Connection } from './connection.js'
import { loadTypeOrm } from './data-source.js'

type TypeOrm = Awaited<ReturnType<typeof loadTypeOrm>>
export type Orm = InstanceType<TypeOrm['DataSource']>
type Entities = readonly (new () => object)[]

const opened = new WeakMap<Connection, Map<Entities, Promise<Orm>>>()

/**
 * TypeORM on a connection that is open already, for what is off the daily path: loading it and reading its decorators
 * takes longer than a whole `status`. There is nothing to close.
 * @param entities the same array gives the same source again
 */
export function ormOn(connection: Connection, entities: Entities): Promise<Orm> {
  const sources = opened.get(connection) ?? new Map<Entities, Promise<Orm>>()
  opened.set(connection, sources)
  const known = sources.get(entities) ?? open(connection, entities)
  sources.set(entities, known)
  return known
}

async function open(connection: Connection, entities: Entities): Promise<Orm> {
  const { DataSource } = await loadTypeOrm()
  const source = new DataSource({
    type: 'sqlite',
    // Only for messages: the driver ignores it.
    database: 'index.db',
    driver: driverOn(connection),
    entities: [...entities],
    logging: false,
  })
  return source.initialize()
}
