import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import type { LogEvent } from '../../src/core/events-lib.js'
import { noteLine } from '../support/events.js'
import { fault } from './support/fault.js'
import { inside, noteDraft, PROVENANCE } from './support/inside.js'
import { checkInvariants } from './support/invariants.js'
import { logLines } from './support/oracle.js'
import { expectExit, World } from './support/world.js'

/** The wall clock alone is faked: a monotonic clock stays one, and a file's times are its own. */
const WALL_CLOCK = { FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' }

/** Every event lies in the file of its own UTC day. */
function expectFiled(world: World): void {
  for (const { file, event } of logLines(world.root))
    expect(event?.timestamp.slice(0, 10)).toBe(file.slice(0, 10))
}

function eventOf(stdout: string): LogEvent {
  return (JSON.parse(stdout) as { event: LogEvent }).event
}

describe('time', () => {
  fault(50, 'midnight during emit', { needs: ['faketime'], within: 300 }, async () => {
    const world = await World.make()
    const under = ['faketime', '-f', '@2026-03-01 23:59:30 x5']
    const emitters = Array.from({ length: 4 }, () =>
      world.startEmitter(['emit'], {
        under,
        env: { ...WALL_CLOCK, TZ: 'UTC', KITTY_LOCK_TIMEOUT_MS: '60000' },
      }),
    )
    await Promise.all(emitters.map((emitter) => emitter.says(' 2026-03-02T')))
    // Killed together: what was not acknowledged may be there or not.
    for (const emitter of emitters) emitter.kill('SIGKILL')
    let stored = 0
    for (const { stdout } of await Promise.all(emitters.map(({ finished }) => finished)))
      stored += world.acknowledgeNotes(stdout).length
    expectFiled(world)
    await checkInvariants(world)
    expectFiled(world)
    return {
      injected: 'four emitters across midnight, at five times the speed',
      found: `${stored} events, each in the file of its own day`,
      expected: 'day(timestamp) = file name for all; 0',
    }
  })

  fault(
    51,
    'the clock goes back and forward, zones, daylight saving',
    { needs: ['faketime'], within: 300 },
    async () => {
      const world = await World.make()
      const moments: readonly (readonly [time: string, zone: string])[] = [
        ['2026-03-08 01:59:58', 'America/New_York'],
        ['2026-03-08 03:00:01', 'America/New_York'],
        ['2026-03-08 01:00:00', 'America/New_York'],
        ['2026-03-07 01:00:00', 'UTC'],
        ['2036-03-07 01:00:00', 'UTC'],
        ['2026-11-01 01:59:59', 'America/New_York'],
        ['2026-11-01 01:00:01', 'America/New_York'],
        ['2026-06-01 00:30:00', 'Pacific/Kiritimati'],
        ['2026-06-01 23:30:00', 'Etc/GMT+12'],
        ['2026-06-01 13:59:59', 'Etc/GMT-14'],
      ]
      const events: LogEvent[] = []
      for (const [time, TZ] of moments) {
        const outcome = await world.write({ under: ['faketime', time], env: { ...WALL_CLOCK, TZ } })
        expectExit(outcome, 0, `${time} ${TZ}`)
        events.push(eventOf(outcome.stdout))
      }
      const clocks = events.map((event) => event.lamport_clock)
      expect(clocks).toEqual([...clocks].sort((a, b) => a - b))
      expect(new Set(clocks).size).toBe(clocks.length)
      expectFiled(world)
      await checkInvariants(world)
      return {
        injected: `${moments.length} writes: back 2 h and a day, forward 10 years, both changes of the hour, UTC±14`,
        found: 'the Lamport clock rises by one each, every file of the right UTC day',
        expected: 'lamport strictly rises; no file of a wrong UTC day; 0',
      }
    },
  )

  fault(52, 'ids while the clock goes back', {}, async () => {
    const world = await World.make()
    const times = ['2026-05-05T10:00:00.000Z', '2026-05-05T08:00:00.000Z', '2026-05-04T10:00:00.000Z']
    let at = 0
    const ids = await inside(
      world.root,
      async ({ store }) => {
        const ids: string[] = []
        for (const time of times) {
          const [event] = await store.emit([noteDraft(time)], PROVENANCE)
          ids.push(event?.event_id ?? '')
        }
        return ids
      },
      () => new Date(times[Math.min(at++, times.length - 1)] ?? 0),
    )
    // A line of another process, whose id lies before all of these and whose clock lies after them.
    appendFileSync(
      join(world.eventsDir, '2026-05-05.jsonl'),
      noteLine(60, { timestamp: '2026-05-05T11:00:00.000Z' }),
    )
    world.remember()
    const listed = await world.inside(({ store }) => store.read())
    const clocks = listed.map((event) => event.lamport_clock)
    expect(clocks).toEqual([...clocks].sort((a, b) => a - b))
    expect(ids).toEqual([...ids].sort())
    await checkInvariants(world)
    return {
      injected: 'three events of one process while its clock goes back; a later one with an older id',
      found: 'ids rise within the process; the list is in the order of the Lamport clock',
      expected: 'order from lamport only; 0',
    }
  })
})
