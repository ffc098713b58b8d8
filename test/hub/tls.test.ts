import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { kitty, project, type Ran } from '../support/kitty.js'
import { sharedFolder } from '../support/temp-folder.js'
import { Authority } from './support/certificates.js'
import { noServer, OWNER, PostgresServer } from './support/postgres-server.js'

const HOST = 'db1.test'
const SECRET = 'only-for-this-test'

describe.skipIf(noServer !== undefined)('a server that is not on loopback', () => {
  let authority: Authority
  let names: string
  let server: PostgresServer
  beforeAll(() => {
    authority = new Authority()
    names = join(sharedFolder(), 'names.cjs')
    // As /etc/hosts would: the name is not loopback's, so kitty asks for TLS.
    writeFileSync(
      names,
      `const dns = require('node:dns')
      const { lookup } = dns
      dns.lookup = (name, options, done) => lookup(name.endsWith('.test') ? '127.0.0.1' : name, options, done)\n`,
    )
  })
  afterEach(() => server.down())

  async function start(settings: Record<string, string>): Promise<string> {
    server = await PostgresServer.start({ fsync: 'off', ...settings })
    await server.database()
    return project()
  }
  /** Runs a command, and looks for the password in everything that it leaves. */
  async function run(folder: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const env = {
      KITTY_ACTOR: 'ada',
      KITTY_HUB: `postgres://${OWNER}:${SECRET}@${HOST}:${server.port}`,
      NODE_OPTIONS: `--require ${names}`,
      PGSSLROOTCERT: authority.file,
      // Must change nothing.
      PGSSLMODE: 'disable',
      ...more,
    }
    const ran = await kitty(folder, [...args, '--json'], env)
    expect(`${ran.stdout}${ran.stderr}${everything(join(folder, '.kittify'))}`).not.toContain(SECRET)
    return ran
  }
  const init = (folder: string, more?: NodeJS.ProcessEnv): Promise<Ran> =>
    run(folder, ['hub', 'init', `${HOST}:${server.port}`, '--database', 'kitty'], more)

  it('is used with TLS when its certificate fits', async () => {
    const folder = await start(authority.server(HOST))
    // A server that takes nothing else.
    writeFileSync(
      join(server.data, 'pg_hba.conf'),
      'hostssl kitty all all scram-sha-256\nhost postgres all all scram-sha-256\n',
    )
    await server.sql('SELECT pg_reload_conf()', 'postgres')
    expect((await init(folder)).code).toBe(0)
    expect((await run(folder, ['claim', 'WP01'])).code).toBe(0)
    expect((await run(folder, ['hub', 'status'])).json()).toMatchObject({
      reached: true,
      events: 5,
      waiting: 0,
    })
    // Without PGSSLROOTCERT, its authority is unknown; nothing else goes wrong.
    const unknown = await run(folder, ['claim', 'WP03'], { PGSSLROOTCERT: '' })
    expect(unknown.code).not.toBe(0)
    expect(unknown.json()).toMatchObject({ error: { kind: 'HubDenied' } })
    expect(
      (await run(folder, ['agent', 'tasks', 'note', 'WP03', 'goes on'], { PGSSLROOTCERT: '' })).code,
    ).toBe(0)
    expect((await run(folder, ['hub', 'status'])).json()).toMatchObject({
      reached: true,
      events: 6,
      waiting: 0,
    })
  })

  it.each([
    ['another host', () => authority.server('db2.test'), {}, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['a time that is over', () => authority.server(HOST, 0), {}, 'CERT_HAS_EXPIRED'],
    ['an unknown authority', () => new Authority().server(HOST), {}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ])('is sent nothing when its certificate is for %s', async (_, settings, more, code) => {
    const folder = await start(settings())
    const { code: exit, ...ran } = await init(folder, more)
    expect(exit).toBe(5)
    const { error } = ran.json() as { error: { kind: string; message: string; next_steps: unknown } }
    expect([error.kind, error.message]).toEqual(['HubDenied', expect.stringContaining(code)])
    expect(error.message).toContain(`${HOST}:${server.port}`)
    expect(JSON.stringify(error.next_steps)).toContain('PGSSLROOTCERT')
    expect(existsSync(join(folder, '.kittify', 'config.json'))).toBe(false)
  })

  it('is sent nothing when it offers no TLS', async () => {
    const folder = await start({ ssl: 'off' })
    const { code, ...ran } = await init(folder)
    expect([code, ran.json()]).toMatchObject([
      5,
      { error: { kind: 'HubDenied', message: expect.stringContaining('offers no TLS') as string } },
    ])
  })

  it('needs an authority that can be read, if one is named', async () => {
    const folder = await start(authority.server(HOST))
    const missing = join(folder, 'nowhere.pem')
    const { code, ...ran } = await init(folder, { PGSSLROOTCERT: missing })
    expect(code).toBe(2)
    expect(JSON.stringify(ran.json())).toContain(missing)
  })
})

/** The text of every file in a folder. */
function everything(folder: string): string {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}
