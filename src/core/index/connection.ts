import { requireFromHere } from '../root.js'
import { IndexUnusable } from './event-index.js'

/** How long SQLite waits for another program before the log is read directly, in milliseconds. */
const BUSY_TIMEOUT_MS = 2_000

type Parameter = string | number | null
type Failure = Error | null

/** What of the native module is used: https://github.com/TryGhost/node-sqlite3/wiki/API */
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
  /** Ends every statement that is at work: sqlite3_interrupt(). */
  interrupt(): void
}

interface Statement {
  all(parameters: readonly Parameter[], done: (failure: Failure, rows: unknown[]) => void): void
  /** `this` of `done` holds how many rows this very statement has changed, whatever others do meanwhile. */
  run(parameters: readonly Parameter[], done: (this: { changes: number }, failure: Failure) => void): void
  finalize(done: () => void): void
}

/**
 * One connection to one SQLite file. The statements of one text are prepared once.
 * Every method throws IndexUnusable for whatever SQLite says other than success.
 */
export class Connection {
  readonly #statements = new Map<string, Promise<Statement>>()
  readonly #ready = new Map<string, Statement>()

  private constructor(
    private readonly binding: Binding,
    private readonly database: Database,
  ) {}

  /**
   * The native module is loaded here and nowhere else, so that it may be missing.
   * @throws IndexUnusable `unavailable` when it cannot be loaded, `damaged` or `busy` when the file cannot be opened.
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
    const connection = new Connection(binding, database)
    // A view or trigger that a forged file brings along may call no function with effects.
    await connection.run('PRAGMA trusted_schema = OFF')
    return connection
  }

  /** @returns the rows as SQLite has them: the caller knows their shape by the statement. */
  async all<Row>(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    // A statement that is known is at work before the caller goes on, not a turn later.
    const statement = this.#ready.get(sql) ?? (await this.#prepared(sql))
    return new Promise((resolve, reject) => {
      statement.all(parameters, (failure, rows) => {
        if (failure) reject(indexUnusable(failure))
        else resolve(rows as Row[])
      })
    })
  }

  /** Ends every statement of this connection that is at work. */
  interrupt(): void {
    this.database.interrupt()
  }

  /** @returns how many rows the statement has changed. */
  async change(sql: string, parameters: readonly Parameter[]): Promise<number> {
    const statement = this.#ready.get(sql) ?? (await this.#prepared(sql))
    return new Promise((resolve, reject) => {
      statement.run(parameters, function (failure) {
        if (failure) reject(indexUnusable(failure))
        else resolve(this.changes)
      })
    })
  }

  /** Prepares a statement that will be asked for while the caller has other things to do. */
  foresee(sql: string): void {
    // Whoever asks for it hears of what went wrong.
    this.#prepared(sql).catch(() => undefined)
  }

  /** Statements whose answers nobody wants, one after the other: prepared and run at one go. */
  run(sql: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.database.exec(sql, (failure) => {
        if (failure) reject(indexUnusable(failure))
        else resolve()
      })
    })
  }

  async close(): Promise<void> {
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

  #prepared(sql: string): Promise<Statement> {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const prepared = new Promise<Statement>((resolve, reject) => {
      const statement = new this.binding.Statement(this.database, sql, (failure) => {
        if (failure) return reject(indexUnusable(failure))
        this.#ready.set(sql, statement)
        resolve(statement)
      })
    })
    this.#statements.set(sql, prepared)
    return prepared
  }
}

/** A failure of SQLite; primary codes are all the driver reports. */
export function indexUnusable(failure: Error): IndexUnusable {
  const code = 'code' in failure ? failure.code : undefined
  const busy = code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED'
  return new IndexUnusable(busy ? 'busy' : 'damaged', failure.message, { cause: failure })
}

/** The native module itself: the package's loader searches for it for several milliseconds, its usual place is tried first. */
function loadBinding(): Binding {
  try {
    // Casts, since a native module has no types: the interfaces above are what is used of it.
    try {
      return withEmitters(requireFromHere('sqlite3/build/Release/node_sqlite3.node') as Binding)
    } catch {
      return requireFromHere('sqlite3') as Binding
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new IndexUnusable('unavailable', `the SQLite module cannot be loaded (${reason})`, { cause: error })
  }
}

/** The module emits on what the package's JavaScript makes emitters of; nobody listens here. */
function withEmitters(binding: Binding): Binding {
  for (const { prototype } of [binding.Database, binding.Statement]) {
    if (!('emit' in prototype))
      Object.defineProperty(prototype, 'emit', { configurable: true, writable: true, value: () => false })
  }
  return binding
}
