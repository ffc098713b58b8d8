import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isKittyError, type KittyError } from '../../src/core/errors/kitty-error.js'
import { InitHub } from '../../src/core/services/hub/init-hub.js'
import { JoinHub } from '../../src/core/services/hub/join-hub.js'
import { gitIn } from '../support/temp-repository.js'
import { project } from '../support/kitty.js'
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

  it('says where the events go before it joins', async () => {
    const ada = await first()
    const { message, kind } = await refusal(ada.run(JoinHub, (service) => service.join(false)))
    expect([kind, message]).toEqual(['UsageError', expect.stringContaining(server.host)])
  })
})
