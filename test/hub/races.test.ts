import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isKittyError } from '../../src/core/errors/kitty-error.js'
import { Conflicts } from '../../src/core/services/conflicts.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { type Member, team } from './support/team.js'

const CLONES = 8
const APPENDS = Number(process.env['KITTY_HUB_APPENDS'] ?? 120)
const PACKAGES = ['WP01', 'WP02', 'WP03']

describe.skipIf(noServer !== undefined)(`${CLONES} clones that move the same packages`, () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start()
    await server.database()
  })
  afterAll(() => server.down())

  it(`let one win for each expectation, and end with the same ${APPENDS} events`, async () => {
    const members = await team(
      server,
      Array.from({ length: CLONES }, (_, at) => `actor-${at}`),
    )
    let left = APPENDS
    const acknowledged: string[] = []
    const refused = new Map<string, number>()
    const work = async (member: Member, seed: number): Promise<void> => {
      for (let turn = seed; left > 0; turn += 1) {
        const workPackage = PACKAGES[turn % PACKAGES.length] ?? 'WP01'
        const lane = (await member.lane(workPackage)) ?? 'planned'
        const to = lane === 'doing' ? 'planned' : 'doing'
        try {
          const { event } = await member.move(to, workPackage, { expect: lane, force: true })
          acknowledged.push(event.event_id)
          left -= 1
        } catch (error) {
          if (!isKittyError(error)) throw error
          refused.set(error.kind, (refused.get(error.kind) ?? 0) + 1)
        }
      }
    }
    await Promise.all(members.map(work))

    const rows = await server.sql<{ seq: string; event_id: string; line: Buffer }>(
      'SELECT seq, event_id, line FROM kitty.event ORDER BY seq',
    )
    expect(rows.map(({ seq }) => Number(seq))).toEqual(rows.map((_, at) => at + 1))
    const hub = new Map(rows.map(({ event_id, line }) => [event_id, line.toString('utf8')]))
    for (const id of acknowledged) expect(hub.has(id), id).toBe(true)
    for (const member of members) {
      await member.status()
      expect(await member.events()).toEqual(hub)
    }
    // Two winners of one expectation would be concurrent.
    const [first] = members
    expect(await first?.run(Conflicts, (service) => service.list(undefined, true))).toEqual([])
    expect([...refused.keys()].filter((kind) => kind !== 'LostRace')).toEqual([])
  })
})
