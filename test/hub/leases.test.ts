import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Claim } from '../../src/core/services/claims/claim.js'
import { Leases } from '../../src/core/services/claims/leases.js'
import type { LeaseDocument } from '../../src/core/projections/board-document.js'
import { InitHub } from '../../src/core/services/hub/init-hub.js'
import { EventStore } from '../../src/core/store/event-store.js'
import { FEATURE } from '../support/kitty.js'
import { kindOf } from './support/kind-of.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { Member, pair } from './support/team.js'

const DAY = 24 * 3_600_000
const HOUR = 3_600_000
const NAMED = { database: 'kitty', isNew: false }

describe.skipIf(noServer !== undefined)('a lease that the hub keeps', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start({ fsync: 'off' })
    await server.database()
  })
  afterAll(() => server.down())

  async function lease(member: Member): Promise<LeaseDocument> {
    await member.status()
    return member.run(Leases, async (leases) => {
      const store = await member.run(EventStore, (events) => events.workPackage(FEATURE, 'WP01'))
      const found = store === undefined ? undefined : await leases.ofOne(store)
      if (found === undefined) throw new Error('no lease')
      return found
    })
  }

  const takeOver = (member: Member): Promise<unknown> =>
    member.run(Claim, (claims) =>
      claims.claim({
        feature: FEATURE,
        workPackage: 'WP01',
        takeOver: true,
        reason: 'a test',
        provenance: { actor: member.name, causationId: null, correlationId: null },
      }),
    )

  /** As if so much time had passed on the server. */
  const pass = (ms: number): Promise<unknown> =>
    server.sql(`UPDATE kitty.lease SET until = until - ${ms} * interval '1 millisecond'`)

  /** How long the lease of the last claim goes on, in milliseconds. */
  const left = async (): Promise<number> => {
    const [row] = await server.sql<{ ms: number }>(
      "SELECT extract(epoch FROM until - now())::float * 1000 AS ms FROM kitty.lease WHERE stream LIKE '%WP01' ORDER BY since DESC LIMIT 1",
    )
    return row?.ms ?? 0
  }

  it.each([
    ['a day behind', -DAY],
    ['a day ahead', DAY],
  ])('ends by its own clock for a clone whose clock is %s', async (_, skew) => {
    const [ada, bob] = await pair(server)
    bob.later = skew
    await ada.move('doing')
    expect((await lease(bob)).ended).toBe(false)
    expect(await kindOf(takeOver(bob))).toBe('LostRace')
    await pass(5 * HOUR)
    expect((await lease(bob)).ended).toBe(true)
    await takeOver(bob)
    expect(await lease(ada)).toMatchObject({ actor: 'bob', ended: false, elsewhere: true })
  })

  it('goes on by what its holder does in the clone that claimed it, and by nothing else', async () => {
    const [ada, second] = await pair(server)
    const other = new Member(second.folder, 'ada', second.env)
    await ada.move('doing')
    await pass(HOUR)
    const before = await left()
    // The second clone of the same holder looks, notes and renews: the first one is not alive by that.
    await other.lane()
    await other.note('from my other desk')
    await other.run(Leases, (leases) => leases.renew(FEATURE, 'WP01', { actor: 'ada', session: null }))
    expect(await left()).toBeLessThanOrEqual(before)
    await ada.note('from here')
    expect(await left()).toBeGreaterThan(before + HOUR / 2)
    await pass(HOUR)
    await ada.run(Leases, (leases) => leases.renew(FEATURE, 'WP01', { actor: 'ada', session: null }))
    expect(await left()).toBeGreaterThan(before + HOUR / 2)
    expect((await lease(ada)).elsewhere).toBe(false)
    expect((await lease(other)).elsewhere).toBe(true)
  })

  it.each([
    ['joined the hub again', (member: Member) => member.join()],
    [
      'named its hosts again',
      (member: Member) => member.run(InitHub, (hub) => hub.init({ ...NAMED, hosts: [server.host] })),
    ],
  ])('goes on in the clone that claimed it after that clone has %s', async (_, again) => {
    const [ada] = await pair(server)
    await ada.move('doing')
    await again(ada)
    expect((await lease(ada)).elsewhere).toBe(false)
    await pass(HOUR)
    const before = await left()
    await ada.note('still at it')
    expect(await left()).toBeGreaterThan(before + HOUR / 2)
  })

  it('is gone once the package leaves the working lanes', async () => {
    const [ada] = await pair(server)
    await ada.move('doing')
    await ada.move('planned', 'WP01', { force: true })
    const { repo } = ada.hub()
    expect(await server.sql('SELECT FROM kitty.lease WHERE repo = $1', 'kitty', [repo])).toEqual([])
  })
})
