import { appendFileSync, readdirSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isKittyError, type KittyError } from '../../src/core/errors/kitty-error.js'
import { HubListener } from '../../src/core/hub/hub-listener.js'
import { HubMember } from '../../src/core/services/hub/hub-member.js'
import { InitHub } from '../../src/core/services/hub/init-hub.js'
import { EventStore } from '../../src/core/store/event-store.js'
import { commitLog, FEATURE, project } from '../support/kitty.js'
import { kitty } from '../support/program.js'
import { gitIn } from '../support/temp-repository.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { Member, pair } from './support/team.js'

const AFTER_THE_PAUSE = 31_000
const ODD_PASSWORD = 'p:a\\s"s w/ö@#%$'
const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === '::1'))
if (!hasIPv6) process.stderr.write('skipped: the hub on IPv6: this machine has no ::1\n')

describe.skipIf(noServer !== undefined)('a hub whose server is not as it should be', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start({
      fsync: 'off',
      listen_addresses: hasIPv6 ? "'127.0.0.1,::1'" : "'127.0.0.1'",
    })
    await server.database('kitty', ['eve', 'odd'])
  })
  afterAll(() => server.down())

  async function refusal(work: Promise<unknown>): Promise<KittyError> {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (!isKittyError(error)) throw new Error('not refused', { cause: error })
    return error
  }
  const init = (member: Member, hosts: string[], database = 'kitty'): Promise<unknown> =>
    member.run(InitHub, (service) => service.init({ hosts, database, isNew: false }))
  const lane = (member: Member): Promise<string | undefined> =>
    member.run(EventStore, async (store) => (await store.workPackage(FEATURE, 'WP01'))?.lane)

  /** A claim is refused with those words; the rest goes on, and reaches the hub once the server is put right. */
  async function expectGoesOn(setting: string, says: RegExp, holder?: Client): Promise<void> {
    const [ada, bob] = await pair(server)
    // As a vacuum or another writer that takes its time would.
    await holder?.query('BEGIN; LOCK TABLE kitty.repo IN ACCESS EXCLUSIVE MODE')
    await server.sql(`ALTER ROLE owner SET ${setting}`)
    try {
      const refused = await refusal(ada.move('doing'))
      expect([refused.kind, refused.message]).toEqual(['HubUnreachable', expect.stringMatching(says)])
      expect((await ada.status()).not_confirmed).toEqual([])
      ada.later += AFTER_THE_PAUSE
      await ada.move('canceled', 'WP03', { force: true })
      expect(ada.warnings.join(' ')).toMatch(/offered to the hub later/)
      ada.later += AFTER_THE_PAUSE
      await ada.note('goes on')
    } finally {
      await holder?.query('ROLLBACK')
      const client = new Client({
        ...connection(),
        options: '-c default_transaction_read_only=off -c statement_timeout=0',
      })
      await client.connect()
      await client.query(`ALTER ROLE owner RESET ${setting.split(' ')[0] ?? ''}`)
      await client.end()
    }
    ada.later += AFTER_THE_PAUSE
    expect(await ada.status()).toMatchObject({ waiting: 0, not_confirmed: [] })
    await ada.move('doing')
    expect(await bob.lane()).toBe('doing')
    expect(await bob.events()).toEqual(await ada.events())
  }
  const connection = () => {
    const { name, password } = server.owner
    return { host: '127.0.0.1', port: server.port, user: name, password, database: 'kitty' }
  }

  it('is read-only for the role: what is decided is either made here or not at all', async () => {
    await expectGoesOn('default_transaction_read_only = on', /read-only for the role owner/)
  })

  it('stops every statement that waits for a moment', async () => {
    const holder = new Client(connection())
    await holder.connect()
    try {
      await expectGoesOn("statement_timeout = '1s'", /statement_timeout is too short/, holder)
    } finally {
      await holder.end()
    }
  })

  it('ends sessions that do nothing: no command and no listener minds', async () => {
    const [ada, bob] = await pair(server)
    for (const name of ['idle_session_timeout', 'idle_in_transaction_session_timeout'])
      await server.sql(`ALTER ROLE owner SET ${name} = '300ms'`)
    const over = new AbortController()
    const listening = bob.run(HubListener, (listener) => listener.listen(over.signal, () => undefined))
    try {
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      await ada.move('doing')
      for (let attempt = 0; (await lane(bob)) !== 'doing' && attempt < 100; attempt += 1)
        await new Promise((resolve) => setTimeout(resolve, 200))
      expect(await lane(bob)).toBe('doing')
    } finally {
      over.abort()
      await listening
      await server.sql('ALTER ROLE owner RESET ALL')
    }
  })

  it('has a database in another encoding: refused before a table is made', async () => {
    await server.sql(
      "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
      'postgres',
    )
    const ada = new Member(await project(), 'ada', { KITTY_HUB: server.url() })
    const { kind, message, nextSteps } = await refusal(init(ada, [server.host], 'latin'))
    expect([kind, message]).toEqual(['HubDenied', expect.stringMatching(/database latin .* encoding/)])
    expect(JSON.stringify(nextSteps)).toContain('UTF8')
    const [schemas] = await server.sql<{ count: string }>(
      "SELECT count(*) FROM pg_namespace WHERE nspname = 'kitty'",
      'latin',
    )
    expect(schemas?.count).toBe('0')
  })

  it('lets the role connect and not call: says who can help, and nothing stays uncertain', async () => {
    const [ada] = await pair(server)
    await ada.run(HubMember, (service) => service.set('eve', 'append'))
    const eve = new Member(ada.folder, 'eve', { KITTY_HUB: server.url('eve') })
    const each: [string, string][] = [
      [
        'REVOKE EXECUTE ON FUNCTION kitty.append_2 FROM PUBLIC',
        'GRANT EXECUTE ON FUNCTION kitty.append_2 TO PUBLIC',
      ],
      [
        'REVOKE EXECUTE ON FUNCTION kitty.hub_version FROM PUBLIC',
        'GRANT EXECUTE ON FUNCTION kitty.hub_version TO PUBLIC',
      ],
      ['REVOKE USAGE ON SCHEMA kitty FROM PUBLIC', 'GRANT USAGE ON SCHEMA kitty TO PUBLIC'],
      ['REVOKE CONNECT ON DATABASE kitty FROM PUBLIC', 'GRANT CONNECT ON DATABASE kitty TO PUBLIC'],
    ]
    for (const [revoke, grant] of each) {
      await server.sql(revoke)
      const { kind, message } = await refusal(eve.move('doing'))
      expect([kind, message], revoke).toEqual([
        'HubDenied',
        expect.stringMatching(/The role eve has no right/),
      ])
      expect((await eve.status()).not_confirmed, revoke).toEqual([])
      await eve.note('goes on')
      await server.sql(grant)
    }
    await eve.move('doing')
    expect((await eve.status()).waiting).toBe(0)
  })

  it('takes no more connections, or is starting: each says so', async () => {
    const [ada] = await pair(server)
    await server.sql('ALTER ROLE eve CONNECTION LIMIT 0')
    await ada.run(HubMember, (service) => service.set('eve', 'append'))
    const eve = new Member(ada.folder, 'eve', { KITTY_HUB: server.url('eve') })
    const { kind, message } = await refusal(eve.move('doing'))
    expect([kind, message]).toEqual(['HubUnreachable', expect.stringMatching(/takes no more connections/)])
    await server.sql('ALTER ROLE eve CONNECTION LIMIT -1')
  })

  describe('a password with special characters', () => {
    beforeAll(async () => {
      await server.sql(`ALTER ROLE odd PASSWORD '${ODD_PASSWORD}'`)
    })

    it('comes escaped from a password file', async () => {
      const [ada] = await pair(server)
      await ada.run(HubMember, (service) => service.set('odd', 'append'))
      const file = join(ada.folder, '..', 'passwords')
      const escaped = ODD_PASSWORD.replace(/[\\:]/g, '\\$&')
      writeFileSync(file, `# other\n127.0.0.1:${server.port}:kitty:odd:${escaped}\n`, { mode: 0o600 })
      const env = { PGUSER: 'odd', PGPASSFILE: file, KITTY_ACTOR: 'odd' }
      const { code, stdout, stderr } = await kitty({ cwd: ada.folder, env }, 'hub', 'status', '--json')
      expect(code, stderr).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({ reached: true, may: 'append' })
    })

    it('comes percent-encoded from KITTY_HUB', async () => {
      const [ada] = await pair(server)
      await ada.run(HubMember, (service) => service.set('odd', 'append'))
      const url = `postgres://odd:${encodeURIComponent(ODD_PASSWORD)}@${server.host}`
      const odd = new Member(ada.folder, 'odd', { KITTY_HUB: url })
      expect(await odd.status()).toMatchObject({ reached: true, may: 'append' })
    })

    it.each(['100%', '12345/x', '12345?x', '12345#x', '5432/hunter2'])(
      'that is not encoded is refused without a part of it: %s',
      async (password) => {
        const ada = new Member(await project(), 'ada', {
          KITTY_HUB: `postgres://owner:${password}@${server.host}`,
        })
        const { kind, message, nextSteps, context } = await refusal(init(ada, [server.host]))
        expect(kind).toBe('UsageError')
        const [start = ''] = password.split(/[^0-9a-z]/)
        expect(JSON.stringify([message, context])).not.toContain(start)
        expect(JSON.stringify(nextSteps)).toContain('%25')
      },
    )
  })

  it.runIf(hasIPv6)('is reached by IPv6', async () => {
    const host = `[::1]:${server.port}`
    const [ada, bob] = await pair(server, [host])
    await ada.move('doing')
    expect(await bob.lane()).toBe('doing')
    expect((await bob.status()).server).toBe(`::1:${server.port}`)
  })

  it.each(['/var/run/postgresql', '', 'db1:0', 'db1:70000', '[::1', 'a b', 'db1,db2', '::1'])(
    'is no host that kitty takes: %j',
    async (host) => {
      const ada = new Member(await project(), 'ada', { KITTY_HUB: server.url() })
      expect((await refusal(init(ada, [host]))).kind).toBe('UsageError')
    },
  )

  it('cannot store one event of a merged branch: the others go on', async () => {
    const [ada, bob] = await pair(server)
    const { event } = await ada.move('doing')
    const line = ada.ownLines().find((one) => one.includes(event.event_id)) ?? ''
    // An actor that no encoding holds, in a claim of its own: it goes into a lease.
    const bad = line
      .replace(event.event_id, '01M8J3J4X2BC3CCQX5E43CD9R0')
      .replace('"actor":"ada"', '"actor":"a\\ud800"')
    const events = join(ada.folder, '.kittify', 'events')
    const [day = ''] = readdirSync(events).filter((name) => name.endsWith('.jsonl'))
    appendFileSync(join(events, day), bad.endsWith('\n') ? bad : `${bad}\n`)
    commitLog(ada.folder)
    gitIn(bob.folder, 'pull', '--quiet', '--no-rebase', '--no-edit')
    bob.later += AFTER_THE_PAUSE
    await bob.note('after the pull')
    expect(await bob.status()).toMatchObject({ reached: true, waiting: 0, problem: null })
    await bob.move('for_review', 'WP01', { force: true })
    expect(await ada.lane()).toBe('for_review')
  })
})
