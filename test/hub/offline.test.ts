import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isKittyError } from '../../src/core/errors/kitty-error.js'
import { Conflicts } from '../../src/core/services/conflicts.js'
import { EventStore } from '../../src/core/store/event-store.js'
import { cloneOf, commitLog, FEATURE } from '../support/kitty.js'
import { gitIn } from '../support/temp-repository.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { Member, pair } from './support/team.js'

const STEPS = Number(process.env['KITTY_HUB_STEPS'] ?? 12)

describe.skipIf(noServer !== undefined)(`two clones that work without the hub for ${STEPS} steps`, () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start({ fsync: 'off' })
    await server.database()
  })
  afterAll(() => server.down())

  const board = (member: Member): Promise<unknown> =>
    member.run(EventStore, async (store) =>
      (await store.boardRows(FEATURE)).map(({ work_package_id, lane, tags }) => [
        work_package_id,
        lane,
        tags,
      ]),
    )

  it('have one board once both have met, with the true conflicts; and a clone without the hub sees what git has', async () => {
    const [ada, bob] = await pair(server)
    const zoe = new Member(await cloneOf(ada.folder), 'zoe', {})
    await server.down()
    const both = [ada, bob]
    let seed = 7
    const next = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below
    for (let step = 0; step < STEPS; step += 1) {
      const at = next(2)
      const [member, other] = at === 0 ? [ada, bob] : [bob, ada]
      const id = ['WP01', 'WP02', 'WP03'][next(3)] ?? 'WP01'
      const kind = next(5)
      try {
        if (kind < 2)
          await member.move(next(2) === 0 ? 'doing' : 'planned', id, { offline: true, force: true })
        else if (kind < 4) await member.note(`step ${step}`, id)
        else {
          for (const one of both) commitLog(one.folder)
          gitIn(member.folder, 'pull', '--quiet', '--no-rebase', '--no-edit', other.folder, 'main')
          // The next write puts in order what git's union merge has left.
          await member.note(`pulled ${step}`, id)
          commitLog(member.folder)
          gitIn(zoe.folder, 'pull', '--quiet', '--no-rebase', '--no-edit', member.folder, 'main')
          await zoe.note(`seen ${step}`, id)
          commitLog(zoe.folder)
          expect(await zoe.problems(), `step ${step}`).toEqual([])
        }
      } catch (error) {
        // A move to the lane that the package is in, and the like.
        if (!isKittyError(error)) throw error
        expect(error.kind).not.toBe('HubUnreachable')
      }
    }
    await server.up()
    for (let turn = 0; turn < 2; turn += 1)
      for (const member of both) {
        member.later += 31_000
        const { reached, waiting } = await member.status()
        expect({ reached, waiting }).toEqual({ reached: true, waiting: 0 })
      }
    expect(await board(bob)).toEqual(await board(ada))
    expect(await bob.events()).toEqual(await ada.events())
    const rows = await server.sql<{ event_id: string; line: Buffer }>(
      'SELECT event_id, line FROM kitty.event',
    )
    expect(new Map(rows.map(({ event_id, line }) => [event_id, line.toString('utf8')]))).toEqual(
      await ada.events(),
    )
    const open = (member: Member): Promise<unknown[]> =>
      member.run(Conflicts, (service) => service.list(undefined, false))
    expect(await open(bob)).toEqual(await open(ada))
    for (const member of both) expect(await member.problems()).toEqual([])
    // None is false: each names two events of two writers, neither of which knew the other.
    const conflicts = (await open(ada)) as { events: { actor: string }[] }[]
    for (const { events } of conflicts) expect(new Set(events.map(({ actor }) => actor)).size).toBe(2)
    process.stdout.write(
      `${STEPS} steps without the hub: ${rows.length} events, ${conflicts.length} open conflicts\n`,
    )
    // A clone without the hub: what both commit is whole, and the same board.
    for (const member of both) {
      commitLog(member.folder)
      gitIn(zoe.folder, 'pull', '--quiet', '--no-rebase', '--no-edit', member.folder, 'main')
      await zoe.note(`from ${member.name}`)
      commitLog(zoe.folder)
    }
    expect(await zoe.problems()).toEqual([])
    expect(await board(zoe)).toEqual(await board(ada))
  })
})
