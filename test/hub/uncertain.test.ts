import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { LogChecks } from '../../src/core/services/doctor/log-checks.js'
import { InitHub } from '../../src/core/services/hub/init-hub.js'
import { LeaveHub } from '../../src/core/services/hub/leave-hub.js'
import { HubProxy } from './support/hub-proxy.js'
import { kindOf } from './support/kind-of.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { type Member, pair } from './support/team.js'

/** A clone leaves a hub that failed alone for 30 seconds. */
const AFTER_THE_PAUSE = 31_000

describe.skipIf(noServer !== undefined)('an append whose answer is lost', () => {
  let server: PostgresServer
  let proxy: HubProxy
  let ada: Member
  let bob: Member

  beforeAll(async () => {
    server = await PostgresServer.start({ fsync: 'off' })
    await server.database()
  })
  afterAll(() => server.down())

  beforeEach(async () => {
    proxy = await HubProxy.before(server.port)
    const [first, second] = await pair(server, [proxy.host])
    ada = first
    bob = second
  })
  afterEach(() => proxy.close())

  it('is found out by asking the hub again: it was made, once', async () => {
    proxy.fault = 'answer lost'
    await ada.move('doing')
    expect(await bob.lane()).toBe('doing')
    expect((await bob.events()).size).toBe(5)
  })

  it('is found out by asking the hub again: it was not made, and never will be', async () => {
    proxy.fault = 'request lost'
    expect(await kindOf(ada.move('doing'))).toBe('HubUnreachable')
    expect(await ada.lane()).toBe('planned')
    expect(await bob.lane()).toBe('planned')
    await bob.move('doing')
    expect(await ada.lane()).toBe('doing')
  })

  it.each(['answer lost', 'request lost'] as const)(
    'stays "not confirmed" without the hub: %s',
    async (fault) => {
      proxy.isCutWithFault = true
      proxy.fault = fault
      const key = { key: 'claim-1' }
      expect(await kindOf(ada.move('doing', 'WP01', key))).toBe('HubUnreachable')
      // A repeat, and whatever else is decided about this package, is refused; notes go on.
      expect(await kindOf(ada.move('doing', 'WP01', key))).toBe('HubUnreachable')
      expect(await kindOf(ada.move('canceled', 'WP01', { force: true }))).toBe('HubUnreachable')
      expect(await kindOf(ada.move('doing', 'WP01', { offline: true }))).toBe('HubUnreachable')
      await ada.note('is it mine?')
      await ada.move('canceled', 'WP03', { force: true })

      proxy.isDown = false
      proxy.isCutWithFault = false
      if (fault === 'request lost') {
        // Given up by no one yet, so another clone may claim it first.
        await bob.move('doing')
      }
      ada.later = AFTER_THE_PAUSE
      if (fault === 'answer lost') {
        const { event } = await ada.move('doing', 'WP01', key)
        expect(event.causation_id).toBe('claim-1')
      } else expect(await kindOf(ada.move('doing', 'WP01', { ...key, expect: 'planned' }))).toBe('LostRace')
      expect((await ada.status()).not_confirmed).toEqual([])
      bob.later = AFTER_THE_PAUSE
      await bob.status()
      expect(await bob.events()).toEqual(await ada.events())
      expect(await ada.problems()).toEqual([])
    },
  )

  it.each(['answer lost', 'request lost'] as const)(
    'is named by a clone that leaves, unknown to another hub, and found out after joining again: %s',
    async (fault) => {
      proxy.isCutWithFault = true
      proxy.fault = fault
      expect(await kindOf(ada.move('doing'))).toBe('HubUnreachable')
      const left = await ada.run(LeaveHub, async (service) => service.leave(false))
      expect(left.not_confirmed).toEqual(['WPStatusChanged of WP01'])
      proxy.isDown = false
      proxy.isCutWithFault = false
      const setting = ada.hub()

      // Another repository of the same server, which would call the append void.
      await ada.run(InitHub, (service) =>
        service.init({ hosts: [proxy.host], database: 'kitty', isNew: true }),
      )
      expect((await ada.status()).not_confirmed).toEqual([])
      const leftNew = await ada.run(LeaveHub, async (service) => service.leave(false))
      expect(leftNew.not_confirmed).toEqual([])

      ada.configure(setting)
      await ada.join()
      proxy.isDown = true
      expect((await ada.status()).not_confirmed).toEqual(['WPStatusChanged of WP01'])
      proxy.isDown = false
      expect((await ada.status()).not_confirmed).toEqual([])
      expect(await ada.lane()).toBe(fault === 'answer lost' ? 'doing' : 'planned')
      expect(await ada.problems()).toEqual([])
    },
  )

  it('is not offered again once the hub has it as void, and the doctor names what the log has of it', async () => {
    proxy.isDown = true
    const { event: stored } = await ada.move('canceled', 'WP03', { force: true })
    proxy.isDown = false
    // As if this clone had given it up, and a file of its log had come back from a backup.
    await server.sql('INSERT INTO kitty.void (repo, event_id) VALUES ($1, $2)', 'kitty', [
      ada.hub().repo,
      stored.event_id,
    ])
    ada.later = AFTER_THE_PAUSE
    expect(await ada.status()).toMatchObject({ reached: true, offered: 0, waiting: 0 })
    const doctor = async (member: Member): Promise<(string | undefined)[]> => {
      const verdict = await member.run(LogChecks, async (service) => {
        const log = await service.replay()
        const checks = await service.checks(log)
        await log.close()
        return checks.find(({ name }) => name === 'hub')?.look()
      })
      return verdict === undefined ? [] : [verdict.message, verdict.fix ?? undefined]
    }
    expect(await doctor(ada)).toEqual([
      expect.stringContaining(
        `1 event of this log is void on the hub, and not offered again: ${stored.event_id}`,
      ),
      expect.stringContaining('kitty show'),
    ])
    // Comparing finds that the hub lacks it, and leaves it alone.
    let appends = 0
    proxy.watch = { text: 'kitty.append_', seen: () => (appends += 1) }
    expect(await ada.status()).toMatchObject({ reached: true, offered: 0, waiting: 0 })
    expect(appends).toBe(0)
    expect(await doctor(bob)).toEqual([])
    expect(ada.ownLines().some((line) => line.includes(stored.event_id))).toBe(true)
  })

  it('holds the write lock for three seconds at most when the hub hangs, and then no command waits for it', async () => {
    proxy.fault = 'silence'
    const started = performance.now()
    expect(await kindOf(ada.move('doing'))).toBe('HubUnreachable')
    expect(performance.now() - started).toBeLessThan(6_000)
    const after = performance.now()
    expect(await kindOf(ada.move('doing', 'WP03'))).toBe('HubUnreachable')
    await ada.note('goes on')
    // Neither connects: together they take less than one attempt to connect.
    expect(performance.now() - after).toBeLessThan(3_000)
    proxy.isSilent = false
  })
})
