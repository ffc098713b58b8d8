import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isKittyError } from '../../src/core/errors/kitty-error.js'
import { FollowEvents } from '../../src/core/follow/follow-events.js'
import type { MoveResult } from '../../src/core/services/moves/move-task.js'
import { outcomeOf, startKitty } from '../support/program.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { type Member, pair } from './support/team.js'

/** A clone leaves a hub that failed alone for 30 seconds. */
const AFTER_THE_PAUSE = 31_000
const EVENTS = Number(process.env['KITTY_HUB_EVENTS'] ?? 10)

describe.skipIf(noServer !== undefined)('a clone that follows the log', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start()
    await server.database()
  })
  afterAll(() => server.down())

  /** On a machine that is too slow for three seconds, tries again. */
  async function move(member: Member, to: string): Promise<MoveResult> {
    for (;;)
      try {
        return await member.move(to, 'WP01', { force: true })
      } catch (error) {
        if (!isKittyError(error) || error.kind !== 'HubUnreachable') throw error
        member.later += AFTER_THE_PAUSE
      }
  }

  it('sees what another clone writes, without asking', async () => {
    const [ada, bob] = await pair(server)
    const abort = new AbortController()
    const arrived = new Map<string, number>()
    const following = bob.run(FollowEvents, async (service) => {
      for await (const events of service.follow('start', {}, abort.signal))
        for (const { event_id } of events) arrived.set(event_id, performance.now())
    })
    const took: number[] = []
    for (let at = 0; at < EVENTS; at += 1) {
      const { event } = await move(ada, at % 2 === 0 ? 'doing' : 'planned')
      const written = performance.now()
      while (!arrived.has(event.event_id)) await new Promise((resolve) => setTimeout(resolve, 5))
      took.push((arrived.get(event.event_id) ?? 0) - written)
    }
    abort.abort()
    await following
    took.sort((a, b) => a - b)
    const at = (part: number): number => Math.round(took[Math.floor((took.length - 1) * part)] ?? 0)
    process.stdout.write(`an event is in a listening clone after ${at(0.5)} ms (p50), ${at(0.99)} ms (p99)\n`)
    expect(took).toHaveLength(EVENTS)
    // A few events say little: only the whole run decides.
    if (EVENTS > 100) expect(at(0.99)).toBeLessThan(1_000)
  })

  it('sees it with the built program too', async () => {
    const [ada, bob] = await pair(server)
    const options = { cwd: bob.folder, env: { ...bob.env, KITTY_ACTOR: 'bob' } }
    const child = startKitty(options, 'watch', '--format', 'jsonl')
    let shown = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text))
    const ended = outcomeOf(child)
    try {
      // It follows from when it is ready: repeat until it has been seen.
      for (let at = 0; !shown.includes('"actor":"ada"') && child.exitCode === null; at += 1) {
        await move(ada, at % 2 === 0 ? 'doing' : 'planned')
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
    } finally {
      child.kill('SIGINT')
      await ended
    }
    expect(shown).toContain('"actor":"ada"')
    expect(bob.ownLines().some((line) => line.includes('WPStatusChanged'))).toBe(false)
  })
})
