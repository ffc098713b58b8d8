import { requireFromHere } from '../../root.js'
import { indexUnusable, notLoaded } from './connection.js'
import { IndexUnusable } from '../index-unusable.js'

/**
 * Creates a file with the tables that the entities describe. We use TypeORM for nothing else: loading it and building
 * its metadata takes longer than a whole command.
 * @throws IndexUnusable `unavailable` when TypeORM or the native module cannot be loaded, `damaged` or `busy` when the
 * file cannot be created
 */
export async function createSchema(path: string): Promise<void> {
  const { driver, DataSource, ENTITIES } = await loadDriver()
  const dataSource = new DataSource({
    type: 'sqlite',
    database: path,
    entities: ENTITIES,
    // TypeORM always turns on stack traces, which slow down every statement.
    driver: { verbose: () => driver },
    synchronize: true,
    logging: false,
  })
  try {
    await dataSource.initialize()
    await dataSource.destroy()
  } catch (error) {
    throw asIndexUnusable(error)
  }
}

/** Returns why SQLite cannot be used here, or undefined when it can. */
export async function driverProblem(): Promise<string | undefined> {
  try {
    await loadDriver()
    return undefined
  } catch (error) {
    if (error instanceof IndexUnusable) return error.message
    throw error
  }
}

/** Converts any failure of the driver to IndexUnusable; anything else is a bug and passes through. */
export function asIndexUnusable(error: unknown): unknown {
  const failure = driverFailure(error)
  return failure === undefined ? error : indexUnusable(failure)
}

function driverFailure(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_')) return error
  return 'driverError' in error ? driverFailure(error.driverError) : undefined
}

async function loadDriver() {
  const [{ DataSource }, { ENTITIES }] = await Promise.all([loadTypeOrm(), loadEntities()])
  const driver = await loaded(async (): Promise<unknown> => requireFromHere('sqlite3'))
  return { DataSource, ENTITIES, driver }
}

async function loaded<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    throw notLoaded(error)
  }
}

/** @throws IndexUnusable `unavailable` */
export async function loadTypeOrm() {
  return loaded(() => import('#typeorm'))
}

async function loadEntities() {
  return loaded(() => import('../../../entities/index.js'))
}
