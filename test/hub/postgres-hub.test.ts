import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectHub } from '../../src/core/hub/connect-hub.js'
import type { Hub } from '../../src/core/hub/hub.js'
import { hubLogin } from '../../src/core/hub/hub-address.js'
import { HubDatabase } from '../../src/core/hub/hub-database.js'
import { kindOf } from './support/kind-of.js'
import { hubContract, nextId, outgoing } from './support/hub-contract.js'
import { noServer, PostgresServer } from './support/postgres-server.js'

describe.skipIf(noServer !== undefined)('the hub on PostgreSQL', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await PostgresServer.start({ fsync: 'off' })
    await server.database('kitty', ['ada', 'bob', 'eve'])
    await database((base) => base.migrate())
  })
  afterAll(() => server.down())

  async function database<T>(work: (base: HubDatabase) => Promise<T>): Promise<T> {
    const address = { repo: '', hosts: [server.host], database: 'kitty' }
    const base = await HubDatabase.open(address, 0, {
      login: hubLogin({ KITTY_HUB: server.url() }, address.hosts),
      env: {},
    })
    try {
      return await work(base)
    } finally {
      await base.close()
    }
  }

  const open = (repo: string, role?: string): Promise<Hub> => {
    const hosts = [server.host]
    const login = hubLogin({ KITTY_HUB: server.url(role) }, hosts)
    return connectHub({ repo, hosts, database: 'kitty' }, { ...login, within: 5_000, timeline: 0 })
  }

  async function newRepo(): Promise<string> {
    const repo = nextId()
    await database(async (base) => {
      await base.addRepo(repo, nextId(), ['root'])
      await base.addOwner(repo)
    })
    return repo
  }

  hubContract('keeps the contract', async () => {
    const repo = await newRepo()
    return { hub: await open(repo), other: await open(repo) }
  })

  it('has the tables that the entities describe, and a second migration finds nothing to do', async () => {
    await database(async (base) => {
      expect(await base.migrate()).toEqual([])
      expect(await base.differences()).toEqual([])
    })
  })

  it('keeps what is not a member out: of functions, of tables, and of another repository', async () => {
    const [mine, theirs] = [await newRepo(), await newRepo()]
    const owner = await open(mine)
    await owner.append([outgoing()], new Map())
    await owner.setMember('ada', 'read')
    await owner.setMember('bob', 'append')
    await owner.close()

    const bob = await open(mine, 'bob')
    expect((await bob.append([outgoing()], new Map()))[0]?.answer).toBe('appended')
    expect(await kindOf(bob.setMember('eve', 'read'))).toBe('HubDenied')
    await bob.close()

    const ada = await open(mine, 'ada')
    expect((await ada.head()).seq).toBe(2)
    expect(await kindOf(ada.append([outgoing()], new Map()))).toBe('HubDenied')
    expect(await kindOf(ada.settle(nextId()))).toBe('HubDenied')
    await ada.close()

    for (const [repo, role] of [
      [theirs, 'ada'],
      [mine, 'eve'],
    ] as const) {
      const outsider = await open(repo, role)
      // Row-level security hides the rows; the functions refuse.
      expect((await outsider.head()).seq).toBe(0)
      expect(await kindOf(outsider.since({ seq: 0, event_id: '' }, 1))).toBe('HubDenied')
      expect(await kindOf(outsider.append([outgoing()], new Map()))).toBe('HubDenied')
      expect(await kindOf(outsider.days())).toBe('HubDenied')
      await outsider.close()
    }
  })

  it('keeps its last owner', async () => {
    const owner = await open(await newRepo())
    expect(await kindOf(owner.setMember('owner', 'append'))).toBe('HubDenied')
    await owner.setMember('ada', 'own')
    await owner.setMember('owner', 'none')
    await owner.close()
  })
})
