import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isKittyError } from '../../src/core/errors/kitty-error.js'
import { Conflicts } from '../../src/core/services/conflicts/conflicts.js'
import { EventStore } from '../../src/core/store/event-store.js'
import { FEATURE } from '../support/kitty.js'
import { kindOf } from './support/kind-of.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { type Member, team } from './support/team.js'

const ROUNDS = Number(process.env['KITTY_HUB_ROUNDS'] ?? 3)
const AFTER_THE_PAUSE = 31_000
/** Of the 18 moves of a round, so many may be made before the kill; refused ones do not count. */
const MOST_BEFORE = 10

describe.skipIf(noServer !== undefined)('a server that is lost', () => {
  let server: PostgresServer
  let members: Member[]
  beforeEach(async () => {
    server = await PostgresServer.start()
    await server.database()
    members = await team(server, ['ada', 'bob', 'cid'])
  })
  afterEach(() => server.down())

  /** Every clone and the hub have the same events, these among them. */
  async function expectAllEqual(acknowledged: Iterable<string>): Promise<void> {
    // Twice: what one clone offers, another one receives.
    for (let turn = 0; turn < 2; turn += 1) for (const member of members) await member.status()
    const rows = await server.sql<{ event_id: string; line: Buffer }>(
      'SELECT event_id, line FROM kitty.event',
    )
    const hub = new Map(rows.map(({ event_id, line }) => [event_id, line.toString('utf8')]))
    for (const member of members) expect(await member.events(), member.name).toEqual(hub)
    for (const id of acknowledged) expect(hub.has(id), id).toBe(true)
  }

  it('and restored from an old backup gets back what it has lost, and what came after', async () => {
    const [ada, bob, cid] = members
    if (ada === undefined || bob === undefined || cid === undefined) throw new Error('three members')
    const acknowledged: string[] = []
    const move = async (member: Member, to: string, id?: string): Promise<void> => {
      acknowledged.push((await member.move(to, id, { force: true })).event.event_id)
    }
    await move(ada, 'doing')
    const [backup] = await server.sql<{ seq: string }>('SELECT seq FROM kitty.repo')
    await move(bob, 'for_review')
    await cid.status()
    await move(cid, 'doing', 'WP03')
    await bob.status()
    // As a backup of that moment would be.
    await server.sql(`DELETE FROM kitty.event WHERE seq > ${backup?.seq ?? ''}`)
    await server.sql(`UPDATE kitty.repo SET seq = ${backup?.seq ?? ''}`)
    // Ada has read neither of the two events that the backup lacks.
    await move(ada, 'canceled', 'WP02')
    await expectAllEqual(acknowledged)
    expect(await ada.lane('WP03')).toBe('doing')
    expect(await ada.run(Conflicts, (service) => service.list(undefined, false))).toEqual([])
  })

  it('is asked again by a clone whose clock was ahead when it was lost, and is right now', async () => {
    const [ada] = members
    if (ada === undefined) throw new Error('three members')
    await server.down()
    ada.later = 400 * 24 * 3_600_000
    expect(await kindOf(ada.move('doing'))).toBe('HubUnreachable')
    await server.up()
    ada.later = 0
    expect(await kindOf(ada.move('doing'))).toBe('done')
  })

  it('is asked again after half a minute, however often a clone wanted to in the meantime', async () => {
    const [ada, bob] = members
    if (ada === undefined || bob === undefined) throw new Error('three members')
    const look = (): Promise<string | undefined> =>
      bob.run(EventStore, async (store) => (await store.workPackage(FEATURE, 'WP01'))?.lane)
    await server.down()
    for (const later of [10_000, 30_000]) {
      ada.later = bob.later = later
      expect(await kindOf(ada.move('doing'))).toBe('HubUnreachable')
      await look()
      expect(bob.warnings.join()).toContain('The hub was not reached')
    }
    await server.up()
    ada.later = bob.later = 10_000 + AFTER_THE_PAUSE
    expect(await kindOf(ada.move('doing'))).toBe('done')
    expect(await look()).toBe('doing')
    expect(bob.warnings).toEqual([])
  })

  it(`and killed while clones write loses no acknowledged event, in ${ROUNDS} rounds`, async () => {
    const acknowledged = new Set<string>()
    for (let round = 0; round < ROUNDS; round += 1) {
      const work = members.map(async (member, at) => {
        for (let turn = 0; turn < 6; turn += 1) {
          const id = `WP0${((at + turn) % 3) + 1}`
          const to = (await member.lane(id)) === 'doing' ? 'planned' : 'doing'
          try {
            acknowledged.add((await member.move(to, id, { force: true })).event.event_id)
          } catch (error) {
            if (!isKittyError(error)) throw error
          }
        }
      })
      let isOver = false
      const over = Promise.all(work).finally(() => (isOver = true))
      // In the middle of the work: some moves are made, the others are under way.
      const enough = acknowledged.size + 2 + (round % MOST_BEFORE)
      while (acknowledged.size < enough && !isOver) await new Promise((resolve) => setTimeout(resolve, 20))
      await server.down('SIGKILL')
      await over
      await server.up()
      for (const member of members) member.later += AFTER_THE_PAUSE
    }
    await expectAllEqual(acknowledged)
    // What is no claim goes on without the hub, and may be concurrent with what another clone got through to it.
    const conflicts = (await members[0]?.run(Conflicts, (service) => service.list(undefined, true))) ?? []
    const claimedTwice = conflicts.filter(
      ({ events }) => events.filter(({ value }) => value === 'doing').length > 1,
    )
    expect(claimedTwice).toEqual([])
    process.stdout.write(`${acknowledged.size} acknowledged moves over ${ROUNDS} kills of the server\n`)
  })
})
