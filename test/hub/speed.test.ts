import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kitty, project } from '../support/kitty.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { Member, pair } from './support/team.js'

const IS_FULL = process.env['KITTY_HUB_FULL'] !== undefined
const PAIRS = IS_FULL ? 25 : 3
/** How much longer a claim may take with a hub. */
const MOST = 4

describe.skipIf(noServer !== undefined)('a claim through the hub', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start()
    await server.database()
  })
  afterAll(() => server.down())

  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const started = performance.now()
    await work()
    return performance.now() - started
  }
  /** The median of pairs that follow each other, since the machine's speed changes while we measure. */
  async function compare(name: string, claim: (member: Member) => Promise<unknown>): Promise<number> {
    const [shared] = await pair(server)
    const alone = new Member(await project(), 'zoe', {})
    const times: { readonly alone: number; readonly shared: number }[] = []
    for (let round = 0; round <= PAIRS; round += 1) {
      const pairOf = { alone: 0, shared: 0 }
      const order = [['alone', alone] as const, ['shared', shared] as const]
      for (const [which, member] of round % 2 === 0 ? order : order.reverse()) {
        pairOf[which] = await timed(() => claim(member))
        await member.move('planned', 'WP03', { force: true })
      }
      // The first one warms up.
      if (round > 0) times.push(pairOf)
    }
    const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? 0
    const ratio = median(times.map((one) => one.shared / one.alone))
    const shown = (which: 'alone' | 'shared'): string =>
      `${Math.round(median(times.map((one) => one[which])))} ms`
    process.stdout.write(
      `a claim ${name}: ${shown('shared')} with the hub, ${shown('alone')} without, ${ratio.toFixed(1)} times\n`,
    )
    return ratio
  }

  it(`takes at most ${MOST} times a plain one`, async () => {
    const ratios = [
      await compare('as a command', async ({ folder, name, env }) => {
        const { code, stderr } = await kitty(folder, ['claim', 'WP03'], { KITTY_ACTOR: name, ...env })
        expect(code, stderr).toBe(0)
      }),
      await compare('in a process that runs', (member) => member.move('doing', 'WP03')),
    ]
    // Three pairs say little: only the whole run decides.
    if (IS_FULL) for (const ratio of ratios) expect(ratio).toBeLessThan(MOST)
  })
})
