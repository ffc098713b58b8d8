import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EventStore, Team } from '../../src/core/store/event-store.js'
import { Workspace } from '../../src/core/workspace/workspace.js'
import { by, commitLog, FEATURE, move as moveTo, pullFrom } from '../support/kitty.js'
import { HubProxy } from './support/hub-proxy.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { type Member, pair } from './support/team.js'

/** More than a read waits before it asks the hub again, in milliseconds. */
const LATER = 3_000

describe.skipIf(noServer !== undefined)('a decision', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start({ fsync: 'off' })
    await server.database()
  })
  afterAll(() => server.down())

  describe('is made again when what another clone did has come in since it began', () => {
    it('through another process of this clone', async () => {
      const [ada, bob] = await pair(server)
      await read(ada)
      expect(await lanesSeen(ada, bob, () => read(ada))).toEqual(['planned', 'doing'])
    })

    it('through another process that was killed before it noted how far it has read', async () => {
      const [ada, bob] = await pair(server)
      await read(ada)
      const state = await stateFile(ada)
      const killed = async (): Promise<void> => {
        const before = readFileSync(state)
        await read(ada)
        writeFileSync(state, before)
      }
      expect(await lanesSeen(ada, bob, killed)).toEqual(['planned', 'doing'])
    })

    it('through git', async () => {
      const [ada, bob] = await pair(server)
      await read(ada)
      const pull = (): void => {
        commitLog(bob.folder)
        pullFrom(ada.folder, bob.folder)
      }
      expect(await lanesSeen(ada, bob, pull)).toEqual(['planned', 'doing'])
    })

    it('through git, while the hub answers', async () => {
      const proxy = await HubProxy.before(server.port)
      const [ada, bob] = await pair(server, [proxy.host])
      await read(ada)
      const pullLater = (): void => {
        commitLog(bob.folder)
        const seen = (): void => {
          proxy.watch = undefined
          pullFrom(ada.folder, bob.folder)
        }
        proxy.watch = { text: 'kitty.since_', seen }
      }
      expect(await lanesSeen(ada, bob, pullLater)).toEqual(['planned', 'doing'])
      await proxy.close()
    })

    it('through the first read that this clone has ever made of the hub', async () => {
      const [ada, bob] = await pair(server)
      rmSync(await stateFile(ada), { force: true })
      expect(await lanesSeen(ada, bob, () => read(ada))).toEqual(['planned', 'doing'])
    })
  })

  it('is made once when another process has received what does not concern it', async () => {
    const [ada, bob] = await pair(server)
    await read(ada)
    expect(await lanesSeen(ada, bob, () => read(ada), 'WP03')).toEqual(['planned'])
  })

  it('which is over does not make a process that stays receive everything again', async () => {
    const [ada, bob] = await pair(server)
    await read(ada)
    const isNews = await ada.run(Team, async ({ link }) => {
      link?.beginDecision()
      await bob.move('doing')
      await read(ada)
      ada.later += LATER
      return link?.refresh()
    })
    expect(isNews).toBe(false)
  })
})

/**
 * Bob moves a package while ada decides about WP01.
 * @param arrive how ada's clone gets to know it @returns the lane that each of her decisions was based on
 */
async function lanesSeen(
  ada: Member,
  bob: Member,
  arrive: () => unknown,
  moved = 'WP01',
): Promise<(string | undefined)[]> {
  const lanes: (string | undefined)[] = []
  await ada.run(EventStore, (store) =>
    store.exclusively('decide', async () => {
      const lane = (await store.workPackage(FEATURE, 'WP01'))?.lane ?? 'none'
      lanes.push(lane)
      if (lanes.length === 1) {
        await bob.move('doing', moved)
        await arrive()
      }
      await store.append([moveTo('for_review', 'WP01', lane)], by('ada'))
    }),
  )
  return lanes
}

/** What any command of the clone does: it reads the hub, and its board. */
function read(member: Member): Promise<unknown> {
  member.later += LATER
  return member.run(EventStore, (store) => store.workPackage(FEATURE, 'WP01'))
}

async function stateFile(member: Member): Promise<string> {
  return member.run(Workspace, ({ privateDir }) => Promise.resolve(join(privateDir, 'hub', 'state.json')))
}
