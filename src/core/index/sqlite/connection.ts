import { sizeOf } from '../../files/open-file.js'
import { requireFromHere } from '../../root.js'
import { IndexUnusable } from '../index-unusable.js'

/** How long SQLite waits for another program before we read the log directly, in milliseconds. */
const BUSY_TIMEOUT_MS = 2_000

type Parameter = string | number | null
type Failure = Error | null

/** The part of the native module that we use: https://github.com/TryGhost/node-sqlite3/wiki/API */
interface Binding {
  readonly OPEN_READWRITE: number
  readonly OPEN_CREATE: number
  readonly Database: new (path: string, flags: number, done: (failure: Failure) => void) => Database
  readonly Statement: new (database: Database, sql: string, done: (failure: Failure) => void) => Statement
}

interface Database {
  configure(option: 'busyTimeout', milliseconds: number): void
  exec(sql: string, done: (failure: Failure) => void): void
  close(done: (failure: Failure) => void): void
  /** Ends every running statement: sqlite3_interrupt(). */
  interrupt(): void
}

interface Statement {
  all(parameters: readonly Parameter[], done: (failure: Failure, rows: unknown[]) => void): void
  /** `this` of `done` says what this statement changed, unaffected by concurrent statements. */
  run(
    parameters: readonly Parameter[],
    done: (this: { changes: number; lastID: number }, failure: Failure) => void,
  ): void
  finalize(done: () => void): void
}

/**
 * One connection to one SQLite file. Statements with the same text are prepared once. Every method throws IndexUnusable
 * when SQLite reports anything other than success.
 */
export class Connection {
  readonly #statements = new Map<string, Promise<Statement>>()
  readonly #ready = new Map<string, Statement>()
  #isClosed = false

  private constructor(
    private readonly binding: Binding,
    private readonly database: Database,
    readonly path: string,
  ) {}

  /**
   * Loads the native module, which no other module does, so that it may be missing.
   * @throws IndexUnusable `unavailable` when it cannot be loaded, `damaged` or `busy` when the file cannot be opened
   */
  static async open(path: string, mode: 'open' | 'create'): Promise<Connection> {
    const binding = loadBinding()
    const flags = binding.OPEN_READWRITE | (mode === 'create' ? binding.OPEN_CREATE : 0)
    const database = await new Promise<Database>((resolve, reject) => {
      const opened = new binding.Database(path, flags, (failure) => {
        if (failure) reject(indexUnusable(failure))
        else resolve(opened)
      })
    })
    database.configure('busyTimeout', BUSY_TIMEOUT_MS)
    const connection = new Connection(binding, database, path)
    // Keeps a view or trigger in a forged file from calling functions with side effects.
    await connection.run('PRAGMA trusted_schema = OFF')
    return connection
  }

  /** @returns the rows as SQLite returns them: the caller knows their shape from the statement */
  async all<Row>(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    // A prepared statement starts right now, not one turn of the event loop later.
    const statement = this.#ready.get(sql) ?? (await this.#prepared(sql))
    this.#assertOpen()
    return new Promise((resolve, reject) => {
      statement.all(parameters, (failure, rows) => {
        if (failure) reject(indexUnusable(failure))
        else resolve(rows as Row[])
      })
    })
  }

  /** Ends every running statement of this connection. */
  interrupt(): void {
    this.database.interrupt()
  }

  /** @returns how many rows the statement changed, and the number of the last row it inserted */
  async change(sql: string, parameters: readonly Parameter[]): Promise<{ rows: number; lastId: number }> {
    const statement = this.#ready.get(sql) ?? (await this.#prepared(sql))
    this.#assertOpen()
    return new Promise((resolve, reject) => {
      statement.run(parameters, function (failure) {
        if (failure) reject(indexUnusable(failure))
        else resolve({ rows: this.changes, lastId: this.lastID })
      })
    })
  }

  /** Prepares a statement in advance, while the caller has other things to do. */
  foresee(sql: string): void {
    // The call that runs the statement gets the error.
    this.#prepared(sql).catch(() => undefined)
  }

  /** Prepares and runs statements whose results are not needed, one after the other in a single call. */
  async run(sql: string): Promise<void> {
    this.#assertOpen()
    return new Promise((resolve, reject) => {
      this.database.exec(sql, (failure) => {
        if (failure) reject(indexUnusable(failure))
        else resolve()
      })
    })
  }

  /** The size of the write-ahead log next to the file. */
  walBytes(): number {
    return sizeOf(`${this.path}-wal`)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const statements = await Promise.allSettled(this.#statements.values())
    this.#statements.clear()
    this.#ready.clear()
    for (const one of statements) {
      if (one.status === 'fulfilled') await new Promise<void>((resolve) => one.value.finalize(resolve))
    }
    await new Promise<void>((resolve, reject) => {
      this.database.close((failure) => {
        if (failure) reject(indexUnusable(failure))
        else resolve()
      })
    })
  }

  /** The driver never answers what is asked while it closes: its queue is not read again. */
  #assertOpen(): void {
    if (this.#isClosed) throw new IndexUnusable('damaged', 'its connection was closed by another read')
  }

  async #prepared(sql: string): Promise<Statement> {
    this.#assertOpen()
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const prepared = new Promise<Statement>((resolve, reject) => {
      const statement = new this.binding.Statement(this.database, sql, (failure) => {
        if (failure) {
          // Another program may have held the file, which passes.
          this.#statements.delete(sql)
          reject(indexUnusable(failure))
        } else {
          this.#ready.set(sql, statement)
          resolve(statement)
        }
      })
    })
    this.#statements.set(sql, prepared)
    return prepared
  }
}

/** Converts a failure of SQLite; the driver reports only primary codes. */
export function indexUnusable(failure: Error): IndexUnusable {
  const code = 'code' in failure ? failure.code : undefined
  const busy = code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED'
  return new IndexUnusable(busy ? 'busy' : 'damaged', failure.message, { cause: failure })
}

/**
 * Loads the native module. Tries its usual path first: the package's own loader is slow to find it.
 * @throws IndexUnusable `unavailable`
 */
export function loadBinding(require: (id: string) => unknown = requireFromHere): Binding {
  try {
    // Casts: a native module has no types; the interfaces above cover what we use.
    try {
      return withEmitters(require('sqlite3/build/Release/node_sqlite3.node') as Binding)
    } catch {
      return require('sqlite3') as Binding
    }
  } catch (error) {
    throw notLoaded(error)
  }
}

/** The module emits events on objects that the package's JavaScript turns into emitters; we have no listeners. */
function withEmitters(binding: Binding): Binding {
  for (const { prototype } of [binding.Database, binding.Statement]) {
    if (!('emit' in prototype))
      Object.defineProperty(prototype, 'emit', { configurable: true, writable: true, value: () => false })
  }
  return binding
}

/** The first line of the failure says why. Loaders go on with every path they tried, or end with an announcement of them. */
export function notLoaded(error: unknown): IndexUnusable {
  const said = error instanceof Error ? error.message : String(error)
  const [first = ''] = said.split('\n')
  const why = first.endsWith('Tried:') ? first.slice(0, -'Tried:'.length).trimEnd() : first
  const reason = why.replace(/[.:,]$/, '')
  return new IndexUnusable('unavailable', `the SQLite module cannot be loaded (${reason})`, { cause: error })
}
