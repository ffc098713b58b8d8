import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { sharedFolder } from '../../support/temp-folder.js'
import { asUser, freePort, type PostgresServer, user } from './postgres-server.js'

const PROGRAM = '/usr/sbin/pgbouncer'

/** Why there is no pooler here; undefined if there can be one. */
export const noPooler: string | undefined = existsSync(PROGRAM)
  ? undefined
  : `no ${PROGRAM}: apt-get install pgbouncer`
if (noPooler !== undefined) process.stderr.write(`skipped: the hub behind a pooler: ${noPooler}\n`)

/** PgBouncer in transaction mode: a client gets another session for each statement, and notifications are lost. */
export class TransactionPooler {
  private constructor(
    private readonly process: ChildProcess,
    readonly host: string,
  ) {}

  static async before(server: PostgresServer): Promise<TransactionPooler> {
    const folder = sharedFolder()
    const port = await freePort()
    const config = join(folder, 'pgbouncer.ini')
    const users = join(folder, 'users.txt')
    const { name, password } = server.owner
    writeFileSync(users, `"${name}" "${password}"\n`)
    const settings = [
      '[databases]',
      `* = host=127.0.0.1 port=${server.port}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = scram-sha-256',
      `auth_file = ${users}`,
      'pool_mode = transaction',
      'ignore_startup_parameters = extra_float_digits',
    ]
    writeFileSync(config, `${settings.join('\n')}\n`)
    const { uid, gid } = user()
    for (const path of [folder, config, users]) {
      chmodSync(path, 0o700)
      chownSync(path, uid, gid)
    }
    const [program, args] = asUser(PROGRAM, [config], '')
    const child = spawn(program, args, { cwd: '/', stdio: 'ignore' })
    for (let attempt = 0; attempt < 200 && !(await isOpen(port)); attempt += 1)
      await new Promise((resolve) => setTimeout(resolve, 50))
    return new TransactionPooler(child, `127.0.0.1:${port}`)
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.process.once('exit', resolve))
    this.process.kill('SIGINT')
    await gone
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
