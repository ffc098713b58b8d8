import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EventStore } from '../../src/core/store/event-store.js'
import { cloneOf, commitLog, FEATURE, project, pullFrom } from '../support/kitty.js'
import { Member, pair, team } from './support/team.js'
import { kindOf } from './support/kind-of.js'
import { noServer, PostgresServer } from './support/postgres-server.js'

describe.skipIf(noServer !== undefined)('clones that share a hub', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await PostgresServer.start({ fsync: 'off' })
    await server.database()
  })
  afterAll(() => server.down())

  it('read nothing when git has brought everything', async () => {
    const [, bob] = await team(server, ['ada', 'bob'])
    const { received, offered, waiting, events } = (await bob?.status()) ?? {}
    expect({ received, offered, waiting, events }).toEqual({ received: 0, offered: 0, waiting: 0, events: 4 })
  })

  it('see a claim with their next command, and cannot make it a second time', async () => {
    const [ada, bob] = await pair(server)
    await ada.move('doing')
    expect(await bob.lane()).toBe('doing')
    expect(await kindOf(bob.move('doing', 'WP01', { expect: 'planned' }))).toBe('LostRace')
    expect(await ada.problems()).toEqual([])
    expect(await bob.problems()).toEqual([])
  })

  it('let one of many claims win', async () => {
    const members = await team(server, ['ada', 'bob', 'cid'])
    for (const id of ['WP01', 'WP03']) {
      const kinds = await Promise.all(
        members.map((one) => kindOf(one.move('doing', id, { expect: 'planned' }))),
      )
      expect(kinds.sort()).toEqual(['LostRace', 'LostRace', 'done'])
    }
  })

  it('exchange notes through the hub, and a clone without the hub finds the log whole', async () => {
    const [ada, bob] = await pair(server)
    await ada.move('doing')
    await ada.note('half done')
    await bob.note('good')
    await bob.move('planned', 'WP01', { force: true })
    const [all, others] = [await ada.events(), await bob.events()]
    expect(new Set(others.keys())).toEqual(new Set(all.keys()))
    // What bob commits names no parent that only the hub has.
    commitLog(bob.folder)
    const zoe = new Member(await cloneOf(bob.folder), 'zoe', {})
    expect(await zoe.problems()).toEqual([])
    expect(await zoe.lane()).toBe('planned')
    // Git brings to ada what the hub has brought before: it counts once.
    commitLog(ada.folder)
    pullFrom(ada.folder, bob.folder)
    // The next write puts in order what git's union merge has left.
    await ada.note('pulled')
    expect(await ada.problems()).toEqual([])
    expect((await ada.events()).size).toBe(all.size + 1)
    expect((await ada.status()).waiting).toBe(0)
  })

  it('refuse a claim without the hub, go on with everything else, and are whole again after', async () => {
    const own = await PostgresServer.start({ fsync: 'off' })
    await own.database()
    const [ada, bob] = await pair(own)
    await own.down()
    expect(await kindOf(ada.move('doing'))).toBe('HubUnreachable')
    expect(await ada.lane()).toBe('planned')
    await ada.note('the hub is down')
    await ada.move('doing', 'WP01', { offline: true })
    expect(ada.warnings.join(' ')).toMatch(/without the hub/)
    await ada.move('for_review', 'WP01', { force: true })
    await own.up()
    expect((await ada.status()).offered).toBe(3)
    await bob.status()
    expect(await bob.lane()).toBe('for_review')
    await own.down()
  })

  it('are as before without a hub', async () => {
    const ada = new Member(await project(), 'ada', {})
    await ada.move('doing')
    const lane = ada.run(EventStore, async (store) => (await store.workPackage(FEATURE, 'WP01'))?.lane)
    expect(await lane).toBe('doing')
  })
})
