import { createRequire } from 'node:module'
import type { DataSource } from 'typeorm'
import type sqlite3 from 'sqlite3'
import { IndexUnusable } from './event-index.js'

/** 'ktty' in ASCII: tells kitty's index from any other SQLite file. */
export const APPLICATION_ID = 0x6b747479
/** Raised whenever an entity or the meaning of a row changes; an index of another version is rebuilt. */
export const SCHEMA_VERSION = 2

/** How long SQLite waits for another program before the log is read directly, in milliseconds. */
const BUSY_TIMEOUT_MS = 2_000

/**
 * Opens the index through TypeORM. The native module is loaded here and nowhere else, so that it may be missing.
 * @throws IndexUnusable `unavailable` when TypeORM or the native module cannot be loaded, `damaged` or `busy` when the file cannot be opened.
 */
export async function openDataSource(path: string, mode: 'open' | 'create'): Promise<DataSource> {
  const { driver, DataSource, ENTITIES } = await loadDriver()
  const dataSource = new DataSource({
    type: 'sqlite',
    database: path,
    entities: ENTITIES,
    // TypeORM always asks for stack-tracing mode, which doubles the cost of every statement.
    driver: { verbose: () => driver },
    // OPEN_URI keeps TypeORM from making the directory on every start; an absolute path is no URI.
    flags: driver.OPEN_READWRITE | driver.OPEN_URI | (mode === 'create' ? driver.OPEN_CREATE : 0),
    busyTimeout: BUSY_TIMEOUT_MS,
    synchronize: false,
    logging: false,
  })
  try {
    return await dataSource.initialize()
  } catch (error) {
    throw asIndexUnusable(error)
  }
}

/** Why SQLite cannot be used here, or undefined when it can. */
export async function driverProblem(): Promise<string | undefined> {
  try {
    await loadDriver()
    return undefined
  } catch (error) {
    if (error instanceof IndexUnusable) return error.message
    throw error
  }
}

/** Any failure of the driver as IndexUnusable; anything else is a defect and passes through. */
export function asIndexUnusable(error: unknown): unknown {
  if (error instanceof IndexUnusable) return error
  const code = driverCode(error)
  if (code === undefined) return error
  const busy = code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED'
  return new IndexUnusable(busy ? 'busy' : 'damaged', error instanceof Error ? error.message : code, { cause: error })
}

function driverCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const code = 'code' in error ? error.code : undefined
  if (typeof code === 'string' && code.startsWith('SQLITE_')) return code
  return 'driverError' in error ? driverCode(error.driverError) : undefined
}

async function loadDriver() {
  try {
    const [{ DataSource }, { ENTITIES }] = await Promise.all([import('typeorm'), import('../../entities/index.js')])
    const require = createRequire(import.meta.url)
    const driver = require('sqlite3') as typeof sqlite3 // its own types describe the module
    return { DataSource, ENTITIES, driver }
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new IndexUnusable('unavailable', `the SQLite module cannot be loaded (${reason})`, { cause: error })
  }
}
