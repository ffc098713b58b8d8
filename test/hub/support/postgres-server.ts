import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { appendFileSync, chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Client } from 'pg'
import { sharedFolder } from '../../support/temp-folder.js'

const FOLDERS = ['/usr/lib/postgresql/17/bin', '/usr/lib/postgresql/16/bin', '/usr/lib/postgresql/15/bin']
const BIN = FOLDERS.find((folder) => existsSync(join(folder, 'postgres')))

/** Why there is no server here; undefined if there can be one. */
export const noServer: string | undefined =
  BIN === undefined ? `no PostgreSQL in ${FOLDERS.join(', ')}: apt-get install postgresql` : undefined
if (noServer !== undefined) process.stderr.write(`skipped: the hub on PostgreSQL: ${noServer}\n`)

export const OWNER = 'owner'
const PASSWORD = 'only-for-this-test'

/** PostgreSQL in a folder of its own, on a loopback port of its own; as user `postgres` where the tests run as root. */
export class PostgresServer {
  #process: ChildProcess | undefined

  private constructor(
    private readonly folder: string,
    readonly port: number,
  ) {}

  static async start(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
    const folder = sharedFolder()
    const server = new PostgresServer(folder, await freePort())
    const words = join(folder, 'password')
    writeFileSync(words, PASSWORD)
    mkdirSync(server.data)
    for (const path of [folder, words, server.data]) {
      chmodSync(path, 0o700)
      const { uid, gid } = user()
      chownSync(path, uid, gid)
    }
    const [program, args] = asUser('initdb', [
      '-D',
      server.data,
      '-U',
      OWNER,
      '-A',
      'scram-sha-256',
      '--no-sync',
    ])
    execFileSync(program, [...args, `--pwfile=${words}`, '--no-locale', '-E', 'UTF8'], {
      cwd: '/',
      stdio: 'pipe',
    })
    const lines = {
      listen_addresses: "'127.0.0.1'",
      unix_socket_directories: "''",
      port: String(server.port),
      max_connections: '100',
      shared_buffers: '32MB',
      ...settings,
    }
    const text = Object.entries(lines).map(([name, value]) => `${name} = ${value}\n`)
    writeFileSync(join(server.data, 'postgresql.auto.conf'), text.join(''))
    await server.up()
    return server
  }

  /** A copy that follows, by streaming replication. */
  static async standbyOf(primary: PostgresServer, isSynchronous: boolean): Promise<PostgresServer> {
    const folder = sharedFolder()
    const server = new PostgresServer(folder, await freePort())
    const { uid, gid } = user()
    chmodSync(folder, 0o700)
    chownSync(folder, uid, gid)
    const from = ['-h', '127.0.0.1', '-p', String(primary.port), '-U', OWNER]
    const [program, args] = asUser('pg_basebackup', [
      '-D',
      server.data,
      ...from,
      '-R',
      '-X',
      'stream',
      '-c',
      'fast',
    ])
    execFileSync(program, args, { cwd: '/', stdio: 'pipe', env: { ...process.env, PGPASSWORD: PASSWORD } })
    const source = `host=127.0.0.1 port=${primary.port} user=${OWNER} password=${PASSWORD} application_name=standby`
    // Of two lines with one name, the last one counts.
    const lines = [
      `port = ${server.port}`,
      `primary_conninfo = '${source}'`,
      "synchronous_standby_names = ''",
      "wal_retrieve_retry_interval = '200ms'",
    ]
    appendFileSync(join(server.data, 'postgresql.auto.conf'), `${lines.join('\n')}\n`)
    await server.up()
    await server.caughtUp(primary)
    if (isSynchronous) {
      await primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'standby'", 'postgres')
      await primary.sql('SELECT pg_reload_conf()', 'postgres')
    }
    return server
  }

  /** Waits until this standby has everything that its primary has. */
  async caughtUp(primary: PostgresServer): Promise<void> {
    const [head] = await primary.sql<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn', 'postgres')
    for (;;) {
      const [row] = await this.sql<{ is: boolean }>(
        'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS is',
        'postgres',
        [head?.lsn],
      )
      if (row?.is === true) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** Makes a standby the primary. */
  async promote(): Promise<void> {
    await this.sql('SELECT pg_promote(true, 60)', 'postgres')
  }

  get data(): string {
    return join(this.folder, 'data')
  }

  get host(): string {
    return `127.0.0.1:${this.port}`
  }

  get owner(): { readonly name: string; readonly password: string } {
    return { name: OWNER, password: PASSWORD }
  }

  /** KITTY_HUB for a role. */
  url(role = OWNER, host = this.host): string {
    return `postgres://${role}:${PASSWORD}@${host}`
  }

  async up(): Promise<void> {
    const [program, args] = asUser('postgres', ['-D', this.data])
    for (let attempt = 0; ; attempt += 1) {
      // After a kill it does not start before the last of its old processes has gone.
      if (this.#process === undefined || this.#process.exitCode !== null)
        this.#process = spawn(program, args, { cwd: '/', stdio: 'ignore' })
      try {
        await this.sql('SELECT 1', 'postgres')
        return
      } catch (error) {
        if (attempt === 300) throw error
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  }

  /** SIGINT ends it in order, SIGKILL as a power cut of its processes would. */
  async down(signal: 'SIGINT' | 'SIGKILL' = 'SIGINT'): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined || child.exitCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }

  /** SIGSTOP makes it hang after accepting; SIGCONT lets it go on. Its children are not stopped. */
  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal)
  }

  async sql<Row extends object>(text: string, database = 'kitty', values: unknown[] = []): Promise<Row[]> {
    const client = new Client({
      host: '127.0.0.1',
      port: this.port,
      user: OWNER,
      password: PASSWORD,
      database,
    })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return (await client.query<Row>(text, values)).rows
    } finally {
      await client.end()
    }
  }

  async database(name = 'kitty', roles: readonly string[] = []): Promise<void> {
    await this.sql(`CREATE DATABASE ${name}`, 'postgres')
    for (const role of roles) await this.sql(`CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`, name)
  }
}

/** PostgreSQL refuses to run as root. */
export function asUser(program: string, args: readonly string[], folder = BIN ?? ''): [string, string[]] {
  const path = join(folder, program)
  if (process.getuid?.() !== 0) return [path, [...args]]
  const { uid, gid } = user()
  // Replaces itself by the program: the child's ID is the server's.
  return ['setpriv', [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', path, ...args]]
}

export function user(): { uid: number; gid: number } {
  const [uid = 0, gid = 0] = [process.getuid?.(), process.getgid?.()]
  if (uid !== 0) return { uid, gid }
  const id = (option: string): number =>
    Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
