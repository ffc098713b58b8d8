import { mkdirSync, renameSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { isKittyError } from '../../src/core/errors/kitty-error.js'
import { FollowEvents } from '../../src/core/follow/follow-events.js'
import { HubListener } from '../../src/core/hub/hub-listener.js'
import type { MoveResult } from '../../src/core/services/moves/move-task.js'
import { outcomeOf, startKitty } from '../support/program.js'
import { HubProxy } from './support/hub-proxy.js'
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

  it('is told why the hub brings nothing, and when it does again; a broken connection is no reason', async () => {
    const proxy = await HubProxy.before(server.port)
    const [, bob] = await pair(server, [proxy.host])
    const over = new AbortController()
    const told: (string | undefined)[] = []
    const listening = bob.run(HubListener, (listener) =>
      listener.listen(over.signal, (trouble) => told.push(trouble?.message)),
    )
    const again = (): Promise<void> =>
      vi.waitFor(() => expect(proxy.connections).toBeGreaterThan(0), { timeout: 20_000 })
    try {
      await again()
      proxy.cut()
      await again()
      expect(told).toEqual([])
      proxy.isDown = true
      proxy.cut()
      await vi.waitFor(() => expect(told).toHaveLength(1), { timeout: 30_000 })
      expect(told[0]).toMatch(/^The hub was not reached: .*What the hub has is shown as of \d\d:\d\d UTC\.$/)
      proxy.isDown = false
      await vi.waitFor(() => expect(told).toHaveLength(2), { timeout: 30_000 })
      expect(told[1]).toBeUndefined()
    } finally {
      over.abort()
      await listening
      await proxy.close()
    }
  })

  it('warns with the built program while it waits, and shows what comes once the hub answers', async () => {
    const proxy = await HubProxy.before(server.port)
    const [ada, bob] = await pair(server, [proxy.host])
    proxy.isDown = true
    const child = startKitty({ cwd: bob.folder, env: { ...bob.env, KITTY_ACTOR: 'bob' } }, 'watch')
    let [shown, said] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    const ended = outcomeOf(child)
    try {
      await vi.waitFor(() => expect(said).toContain('Warning: The hub was not reached'), { timeout: 30_000 })
      proxy.isDown = false
      await move(ada, 'doing')
      await vi.waitFor(() => expect(shown).toContain('ada'), { timeout: 60_000 })
    } finally {
      child.kill('SIGINT')
      await ended
      await proxy.close()
    }
  })

  it('goes on when what it keeps about the hub cannot be read, and listens again once it can', async () => {
    const [ada, bob] = await pair(server)
    const state = join(bob.folder, '.git/kitty/hub/state.json')
    const away = `${state}.away`
    renameSync(state, away)
    mkdirSync(state)
    const over = new AbortController()
    const told: (string | undefined)[] = []
    const listening = bob.run(HubListener, (listener) =>
      listener.listen(over.signal, (trouble) => told.push(trouble?.message)),
    )
    try {
      await vi.waitFor(() => expect(told).toEqual([expect.stringContaining('is a directory')]), {
        timeout: 30_000,
      })
      rmdirSync(state)
      renameSync(away, state)
      await move(ada, 'doing')
      await vi.waitFor(() => expect(told).toHaveLength(2), { timeout: 30_000 })
      expect(told[1]).toBeUndefined()
    } finally {
      over.abort()
      await listening
    }
  })
})
