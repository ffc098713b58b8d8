import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isKittyError } from '../../src/core/errors/kitty-error.js'
import { Conflicts } from '../../src/core/services/conflicts/conflicts.js'
import { InitHub } from '../../src/core/services/hub/init-hub.js'
import { UpgradeHub } from '../../src/core/services/hub/upgrade-hub.js'
import { freePort, noServer, PostgresServer } from './support/postgres-server.js'
import { type Member, team } from './support/team.js'

/** Acknowledged moves of all clones before the primary is killed, and as many after. */
const MOVES = Number(process.env['KITTY_HUB_MOVES'] ?? 12)
const PAUSE = 31_000

describe.skipIf(noServer !== undefined)('a primary that is killed under load', () => {
  let primary: PostgresServer
  let standby: PostgresServer
  let members: Member[]

  async function pair(isSynchronous: boolean): Promise<void> {
    primary = await PostgresServer.start()
    await primary.database()
    standby = await PostgresServer.standbyOf(primary, isSynchronous)
    members = await team(primary, ['ada', 'bob', 'cid'], [primary.host, standby.host])
  }
  afterEach(async () => {
    await primary.down()
    await standby.down()
  })

  /** Moves until the clones together have so many answers. @returns the events, and when the first answer came */
  async function load(count: number, acknowledged: Set<string>): Promise<number> {
    const until = acknowledged.size + count
    let first = 0
    const work = members.map(async (member, seed) => {
      for (let turn = seed; acknowledged.size < until; turn += 1) {
        const id = ['WP01', 'WP02', 'WP03'][turn % 3] ?? 'WP01'
        try {
          const lane = (await member.lane(id)) ?? 'planned'
          const to = lane === 'doing' ? 'planned' : 'doing'
          const { event } = await member.move(to, id, { expect: lane, force: true })
          acknowledged.add(event.event_id)
          first ||= performance.now()
        } catch (error) {
          if (!isKittyError(error)) throw error
          // It leaves a hub that failed alone for half a minute.
          if (error.kind === 'HubUnreachable') member.later += PAUSE
        }
      }
    })
    await Promise.all(work)
    return first
  }

  async function expectAllEqual(acknowledged: Iterable<string>): Promise<void> {
    for (let turn = 0; turn < 2; turn += 1)
      for (const member of members) {
        member.later += PAUSE
        expect((await member.status()).server).toBe(standby.host)
      }
    const rows = await standby.sql<{ event_id: string; line: Buffer }>(
      'SELECT event_id, line FROM kitty.event',
    )
    const hub = new Map(rows.map(({ event_id, line }) => [event_id, line.toString('utf8')]))
    for (const member of members) expect(await member.events(), member.name).toEqual(hub)
    for (const id of acknowledged) expect(hub.has(id), id).toBe(true)
    for (const member of members) expect(await member.problems()).toEqual([])
  }

  it('loses nothing with a synchronous standby, and is used by no one when it comes back', async () => {
    await pair(true)
    const acknowledged = new Set<string>()
    const killing = new Promise<{ killed: number; promoted: number }>((resolve, reject) => {
      const timer = setInterval(() => {
        if (acknowledged.size < MOVES / 2) return
        clearInterval(timer)
        const killed = performance.now()
        primary
          .down('SIGKILL')
          .then(() => standby.promote())
          .then(() => resolve({ killed, promoted: performance.now() }), reject)
      }, 5)
    })
    await load(MOVES, acknowledged)
    const { killed, promoted } = await killing
    const first = await load(MOVES, acknowledged)
    process.stdout.write(
      `synchronous: promoted ${Math.round(promoted - killed)} ms after the kill, first answer after ${Math.round(first - killed)} ms\n`,
    )
    await expectAllEqual(acknowledged)
    const [ada] = members
    // Two winners of one expectation would be concurrent.
    expect(await ada?.run(Conflicts, (service) => service.list(undefined, true))).toEqual([])

    const before = await standby.sql<{ seq: string }>('SELECT seq FROM kitty.repo')
    await primary.up()
    const more = new Set<string>()
    await load(3, more)
    await expectAllEqual(more)
    const after = await standby.sql<{ seq: string }>('SELECT seq FROM kitty.repo')
    expect(Number(after[0]?.seq)).toBeGreaterThan(Number(before[0]?.seq))
    const old = await primary.sql<{ event_id: string }>('SELECT event_id FROM kitty.event')
    expect(old.filter(({ event_id }) => more.has(event_id))).toEqual([])
  })

  it('loses no event with a standby that was behind: clones notice, and offer them again', async () => {
    await pair(false)
    const acknowledged = new Set<string>()
    await load(3, acknowledged)
    await standby.caughtUp(primary)
    await standby.down()
    // The standby never gets these.
    await load(MOVES, acknowledged)
    const killed = performance.now()
    await primary.down('SIGKILL')
    await standby.up()
    await standby.promote()
    const first = await load(3, acknowledged)
    process.stdout.write(`asynchronous: first answer ${Math.round(first - killed)} ms after the kill\n`)
    await expectAllEqual(acknowledged)
  })
})

describe.skipIf(noServer !== undefined)("an administrator's list of hosts", () => {
  let primary: PostgresServer
  let standby: PostgresServer
  beforeEach(async () => {
    primary = await PostgresServer.start({ fsync: 'off' })
    await primary.database()
    standby = await PostgresServer.standbyOf(primary, false)
  })
  afterEach(async () => {
    await primary.down()
    await standby.down()
  })

  it('may begin with a server that is down and a standby: the primary gets the tables', async () => {
    const hosts = [`127.0.0.1:${await freePort()}`, standby.host, primary.host]
    const [ada] = await team(primary, ['ada'], hosts)
    expect(await ada?.run(UpgradeHub, (service) => service.upgrade())).toEqual({ migrations: [] })
    expect((await ada?.status())?.server).toBe(primary.host)
  })

  it('without a primary is answered with what each of them said', async () => {
    const down = `127.0.0.1:${await freePort()}`
    await expect(team(primary, ['ada'], [down, standby.host])).rejects.toMatchObject({
      kind: 'HubUnreachable',
      message: expect.stringMatching(new RegExp(`${down}.*; ${standby.host} is a standby`)) as string,
    })
  })

  it('never leads back to a former primary', async () => {
    const [ada] = await team(primary, ['ada'], [primary.host, standby.host])
    await standby.caughtUp(primary)
    await primary.down('SIGKILL')
    await standby.promote()
    if (ada === undefined) throw new Error('a member')
    ada.later += PAUSE
    expect((await ada.status()).server).toBe(standby.host)

    await primary.up()
    await standby.down()
    for (const admin of [
      () => ada.run(UpgradeHub, (service) => service.upgrade()),
      () =>
        ada.run(InitHub, (service) =>
          service.init({ hosts: [primary.host, standby.host], database: 'kitty', isNew: false }),
        ),
    ])
      await expect(admin()).rejects.toMatchObject({
        kind: 'HubUnreachable',
        message: expect.stringContaining('former primary') as string,
      })
  })
})
