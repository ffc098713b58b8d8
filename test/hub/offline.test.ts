import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isKittyError } from '../../src/core/errors/kitty-error.js'
import { Conflicts } from '../../src/core/services/conflicts/conflicts.js'
import { EventStore } from '../../src/core/store/event-store.js'
import { cloneOf, commitLog, FEATURE } from '../support/kitty.js'
import { gitIn } from '../support/temp-repository.js'
import { LaneOracle } from './support/lane-oracle.js'
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

  const conflicts = async (member: Member): Promise<string[]> => {
    const open = await member.run(Conflicts, (service) => service.list(undefined, false))
    return open
      .map(({ entity_id, events }) => [entity_id, ...events.map(({ event_id }) => event_id).sort()].join(' '))
      .sort()
  }

  it('have one board once both have met, with the true conflicts; and a clone without the hub sees what git has', async () => {
    const [ada, bob] = await pair(server)
    const zoe = new Member(await cloneOf(ada.folder), 'zoe', {})
    await server.down()
    const both = [ada, bob]
    const oracle = new LaneOracle()
    const count = { moves: 0, pulls: 0, conflicts: 0 }
    let seed = 7
    // The lower bits of such a generator repeat after a few steps.
    const next = (below: number): number =>
      ((seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) >>> 12) % below
    const step = async (at: number): Promise<void> => {
      const [member, other] = next(2) === 0 ? [ada, bob] : [bob, ada]
      const id = ['WP01', 'WP02', 'WP03'][next(3)] ?? 'WP01'
      const kind = next(8)
      if (kind < 4) {
        const to = next(2) === 0 ? 'doing' : 'planned'
        const { event } = await member.move(to, id, { offline: true, force: true })
        oracle.wrote(member.name, event.event_id, id, to)
        count.moves += 1
      } else if (kind < 7) await member.note(`step ${at}`, id)
      else {
        for (const one of both) commitLog(one.folder)
        gitIn(member.folder, 'pull', '--quiet', '--no-rebase', '--no-edit', other.folder, 'main')
        oracle.pulled(member.name, other.name)
        // The next write puts in order what git's union merge has left.
        await member.note(`pulled ${at}`, id)
        commitLog(member.folder)
        const shown = await conflicts(member)
        expect(shown, `step ${at}`).toEqual(oracle.conflicts(member.name))
        count.pulls += 1
        count.conflicts += shown.length
        gitIn(zoe.folder, 'pull', '--quiet', '--no-rebase', '--no-edit', member.folder, 'main')
        await zoe.note(`seen ${at}`, id)
        commitLog(zoe.folder)
        expect(await zoe.problems(), `step ${at}`).toEqual([])
        expect(await board(zoe), `step ${at}`).toEqual(await board(member))
      }
    }
    for (let at = 0; at < STEPS; at += 1)
      try {
        await step(at)
      } catch (error) {
        // A move to the lane that the package is in, and the like.
        if (!isKittyError(error)) throw error
        expect(error.kind).not.toBe('HubUnreachable')
      }
    // Whatever came before: each claims the same package, and neither knows of the other.
    for (const member of both) {
      const lane = await member.run(
        EventStore,
        async (store) => (await store.workPackage(FEATURE, 'WP03'))?.lane,
      )
      const to = lane === 'doing' ? 'planned' : 'doing'
      const { event } = await member.move(to, 'WP03', { offline: true, force: true })
      oracle.wrote(member.name, event.event_id, 'WP03', to)
      if (to === 'doing') continue
      const { event: claim } = await member.move('doing', 'WP03', { offline: true })
      oracle.wrote(member.name, claim.event_id, 'WP03', 'doing')
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
    for (const [member, other] of [both, [bob, ada] as const]) {
      oracle.pulled(member.name, other.name)
      expect(await conflicts(member), member.name).toEqual(oracle.conflicts(member.name))
    }
    expect(oracle.conflicts('ada').some((one) => one.startsWith('WP03'))).toBe(true)
    for (const member of both) expect(await member.problems()).toEqual([])
    process.stdout.write(
      `${STEPS} steps without the hub: ${count.moves} moves, ${count.pulls} pulls that showed ${count.conflicts} conflicts, ${oracle.conflicts('ada').length} open at the end\n`,
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
