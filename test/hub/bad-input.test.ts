import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isKittyError, type KittyError } from '../../src/core/errors/kitty-error.js'
import { hubFailure } from '../../src/core/hub/hub-failure.js'
import { HubMember } from '../../src/core/services/hub/hub-member.js'
import { InitHub } from '../../src/core/services/hub/init-hub.js'
import { JoinHub } from '../../src/core/services/hub/join-hub.js'
import { LeaveHub } from '../../src/core/services/hub/leave-hub.js'
import { RecordHub } from '../../src/core/services/hub/record-hub.js'
import { gitIn } from '../support/temp-repository.js'
import { cloneOf, commitLog, project } from '../support/kitty.js'
import { kindOf } from './support/kind-of.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { Member, team } from './support/team.js'

const SECRET = 'hunter2-hunter2'

describe.skipIf(noServer !== undefined)('a hub that cannot be used', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start({ fsync: 'off' })
    await server.database('kitty', ['eve'])
  })
  afterAll(() => server.down())

  async function refusal(
    work: Promise<unknown>,
  ): Promise<Pick<KittyError, 'kind' | 'message' | 'nextSteps'>> {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (!isKittyError(error)) throw new Error('not refused', { cause: error })
    const all = JSON.stringify([error.message, error.nextSteps, error.context, String(error.cause)])
    expect(all).not.toContain(SECRET)
    expect(all).not.toContain('only-for-this-test')
    return error
  }
  async function first(): Promise<Member> {
    const [ada] = await team(server, ['ada'])
    if (ada === undefined) throw new Error('one member')
    return ada
  }

  const init = (member: Member, hosts: string[], database = 'kitty'): Promise<unknown> =>
    member.run(InitHub, (service) => service.init({ hosts, database, isNew: false }))

  it.each([
    [
      'a wrong password',
      (host: string) => `postgres://owner:${SECRET}@${host}`,
      'kitty',
      /did not accept the role owner/,
    ],
    ['no such database', undefined, 'nowhere', /has no database nowhere/],
    ['a URL that is none', () => `mysql://owner:${SECRET}@x`, 'kitty', /KITTY_HUB cannot be used/],
    ['a URL for another host', () => `postgres://owner:${SECRET}@db9.example`, 'kitty', /is for db9.example/],
  ])('%s says what it is, and no secret', async (_, url, database, says) => {
    const member = new Member(await project(), 'ada', { KITTY_HUB: url?.(server.host) ?? server.url() })
    expect((await refusal(init(member, [server.host], database))).message).toMatch(says)
  })

  it.each([`postgres://owner:${SECRET}@db1.example`, `owner:${SECRET}@db1.example`])(
    'a URL with a password is refused on the command line and in the configuration',
    async (host) => {
      const member = new Member(await project(), 'ada', {})
      expect((await refusal(init(member, [host]))).kind).toBe('UsageError')
      const file = join(member.folder, '.kittify', 'config.json')
      writeFileSync(
        file,
        JSON.stringify({ hub: { repo: '01M8J3J4X2BC3CCQX5E43CD9R0', hosts: [host], database: 'k' } }),
      )
      expect((await refusal(member.lane())).kind).toBe('BadConfig')
    },
  )

  it('a server without a hub, and a role without a right, name who can help', async () => {
    const ada = await first()
    await server.sql('CREATE DATABASE empty', 'postgres')
    ada.configure({ database: 'empty' })
    expect((await refusal(ada.join())).message).toMatch(/holds no hub of kitty/)
    ada.configure({ database: 'kitty' })
    ada.env['KITTY_HUB'] = server.url('eve')
    const { message, nextSteps } = await refusal(ada.join())
    expect(message).toMatch(/The role eve has no right/)
    expect(JSON.stringify(nextSteps)).toContain('kitty hub member eve append')
  })

  it("another repository's hub is refused, and so is one that a pull has put into the configuration", async () => {
    const ada = await first()
    const other = new Member(await project(), 'bob', { KITTY_HUB: server.url() })
    gitIn(other.folder, 'commit', '--quiet', '--amend', '--message', 'another start')
    other.configure(ada.hub())
    expect((await refusal(other.join())).kind).toBe('HubMismatch')

    ada.configure({ hosts: ['127.0.0.1:9', server.host] })
    expect((await refusal(ada.move('doing', 'WP03'))).kind).toBe('HubMismatch')
    await ada.note('goes on')
  })

  it('a server that hangs after accepting costs a bounded time', async () => {
    const hang = createServer(() => undefined)
    await new Promise<void>((resolve) => hang.listen(0, '127.0.0.1', resolve))
    const ada = await first()
    const address = hang.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    ada.configure({ hosts: [`127.0.0.1:${port}`] })
    ada.env['KITTY_HUB'] = `postgres://owner:${SECRET}@127.0.0.1:${port}`
    expect((await refusal(ada.join())).kind).toBe('HubUnreachable')
    hang.close()
  })

  it('tables of another version: works with what it finds, or says what is too old', async () => {
    const ada = await first()
    const versions = (list: string): Promise<unknown> =>
      server.sql(
        `CREATE OR REPLACE FUNCTION kitty.hub_version() RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object(
          'functions', jsonb_build_array(${list}), 'recovery', false, 'timeline', '00000001') $$`,
      )
    // Newer tables that keep what this kitty calls.
    await versions('1, 2, 3')
    await ada.move('doing')
    // Older ones: everything but what came with the newer ones.
    await versions('1')
    await ada.move('planned', 'WP01', { force: true })
    const older = await refusal(ada.run(RecordHub, (service) => service.record('2d', false)))
    expect([older.kind, older.message]).toEqual([
      'HubTooOld',
      expect.stringMatching(/is too old for this kitty/),
    ])
    expect(JSON.stringify(older.nextSteps)).toContain('kitty hub upgrade')
    await versions('3, 4')
    const newer = await refusal(ada.move('doing', 'WP03'))
    expect([newer.kind, newer.message]).toEqual([
      'HubTooOld',
      expect.stringMatching(/is too new for this kitty/),
    ])
    await ada.note('goes on')
    await versions('1, 2')
    expect((await ada.status()).waiting).toBe(0)
  })

  it('a role that may only read is told so, and nothing stays uncertain', async () => {
    const ada = await first()
    await ada.run(HubMember, (service) => service.set('eve', 'read'))
    const eve = new Member(ada.folder, 'eve', { KITTY_HUB: server.url('eve') })
    expect((await refusal(eve.move('doing'))).kind).toBe('HubDenied')
    expect((await eve.status()).not_confirmed).toEqual([])
    await ada.move('doing')
  })

  it('a full disk on the server: a claim is refused, the rest goes on, and nothing is lost', async () => {
    const ada = await first()
    await server.sql(`CREATE FUNCTION kitty.no_room() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION USING ERRCODE = '53100', MESSAGE = 'could not extend file: ${SECRET}'; END $$`)
    await server.sql('CREATE TRIGGER no_room BEFORE INSERT ON kitty.event EXECUTE FUNCTION kitty.no_room()')
    const { kind, message } = await refusal(ada.move('doing'))
    expect([kind, message]).toEqual(['HubUnreachable', expect.stringMatching(/its disk is full/)])
    ada.later += 31_000
    await ada.note('goes on')
    expect((await ada.status()).waiting).toBe(1)
    await server.sql('DROP FUNCTION kitty.no_room() CASCADE')
    ada.later += 31_000
    expect((await ada.status()).waiting).toBe(0)
    expect(await ada.lane()).toBe('planned')
    await ada.move('doing')
  })

  it('the same ID with other bytes: this line is not sent, and both are kept', async () => {
    const ada = await first()
    await ada.note('mine')
    const line = ada.ownLines().find((one) => one.includes('mine')) ?? ''
    await server.sql('UPDATE kitty.event SET line = $1 WHERE event_id = $2', 'kitty', [
      Buffer.from(line.replace('mine', 'else')),
      (JSON.parse(line) as { event_id: string }).event_id,
    ])
    const outbox = join(ada.folder, '.git', 'kitty', 'hub', 'outbox')
    writeFileSync(outbox, `+${(JSON.parse(line) as { event_id: string }).event_id}\n`)
    expect((await ada.status()).waiting).toBe(0)
    expect(ada.warnings.join(' ')).toMatch(/has another event under the ID/)
    expect(ada.ownLines()).toContain(line)
    await ada.move('doing')
  })

  it('a line of 256 KiB, and lines that are no events, are left out with a word', async () => {
    const ada = await first()
    const { repo } = ada.hub()
    const put = (id: string, seq: number, text: string): Promise<unknown> =>
      server.sql(
        `INSERT INTO kitty.event SELECT $1, ${seq}, '001/WP01', ${seq}, $2, current_date, $3, 'eve'`,
        'kitty',
        [repo, id, Buffer.from(text)],
      )
    const id = '01M8J3J4X2BC3CCQX5E43CD9R'
    await put(`${id}1`, 1001, `{"event_id":"${id}1","text":"${'x'.repeat(256 * 1024)}"}`)
    await put(`${id}2`, 1002, 'no event')
    await put(`${id}3`, 1003, '{"event_id":"01M8J3J4X2BC3CCQX5E43CD9RZ"}\n{}')
    const before = await ada.events()
    expect((await ada.status()).reached).toBe(true)
    expect(ada.warnings.filter((one) => one.includes('is not the event')).length).toBe(3)
    expect(await ada.events()).toEqual(before)
    await server.sql('UPDATE kitty.repo SET seq = 1003 WHERE repo = $1', 'kitty', [repo])
    await ada.note('goes on')
    expect((await ada.status()).waiting).toBe(0)
    expect(await ada.problems()).toEqual([])
  })

  it("a template's copy and a fork are told apart from a clone", async () => {
    const ada = await first()
    commitLog(ada.folder)
    // `git init` over a template's files: the same configuration, another first commit.
    const copy = new Member(await project(), 'cid', ada.env)
    copy.configure(ada.hub())
    gitIn(copy.folder, 'commit', '--quiet', '--amend', '--message', 'a copy')
    const refused = await refusal(copy.join())
    expect([refused.kind, JSON.stringify(refused.nextSteps)]).toEqual([
      'HubMismatch',
      expect.stringContaining('leave --forget'),
    ])
    await copy.run(InitHub, (service) =>
      service.init({ hosts: [server.host], database: 'kitty', isNew: true }),
    )
    expect(copy.hub().repo).not.toBe(ada.hub().repo)
    // A fork has the same first commit. It asks, and `leave --forget` is its way out.
    const fork = new Member(await cloneOf(ada.folder), 'dan', ada.env)
    const asked = await refusal(fork.run(JoinHub, (service) => service.join(false)))
    expect(asked.message).toContain('first commit')
    await fork.run(LeaveHub, async (service) => service.leave(true))
    expect(await kindOf(fork.run(JoinHub, (service) => service.join(true)))).toBe('UsageError')
    await fork.move('doing')
    expect(await ada.lane()).toBe('planned')
  })

  it('a certificate that does not fit, and a server without TLS', async () => {
    const place = { server: 'db1.example:5432', database: 'kitty', user: 'ada' }
    const codes = ['ERR_TLS_CERT_ALTNAME_INVALID', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED']
    for (const code of codes)
      expect(hubFailure(Object.assign(new Error(SECRET), { code }), place)).toMatchObject({
        kind: 'HubDenied',
        message: expect.stringContaining(`does not fit (${code})`) as string,
      })
    expect(hubFailure(new Error('The server does not support SSL connections'), place).message).toMatch(
      /offers no TLS/,
    )
  })

  it('says where the events go before it joins', async () => {
    const ada = await first()
    const { message, kind } = await refusal(ada.run(JoinHub, (service) => service.join(false)))
    expect([kind, message]).toEqual(['UsageError', expect.stringContaining(server.host)])
  })
})
