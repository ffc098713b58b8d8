import { readFileSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { fault, FULL } from '../support/fault.js'
import { checkInvariants } from '../support/invariants.js'
import { killAtEachCall } from '../support/kill-loop.js'
import { laneOf, logLines } from '../support/oracle.js'
import type { Outcome } from '../support/program.js'
import { shimmed } from '../support/shim.js'
import { expectExit, World } from '../support/world.js'

const PACKAGES = ['WP01', 'WP03']

/** One command of two events and two files. */
const move = (world: World, env: Record<string, string> = {}): Promise<Outcome> =>
  world.kitty(['move', ...PACKAGES, 'doing', '--idempotency-key', 'once', '--json'], { env })

/** The events of the command, as the work tree has them. */
const eventsOf = (world: World): string[] =>
  logLines(world.root).flatMap(({ event }) => (event?.causation_id === 'once' ? [event.event_id] : []))

/** A repeat writes whatever the killed command has not; a second repeat writes nothing. */
async function repeats(world: World): Promise<void> {
  expectExit(await move(world), 0)
  const events = eventsOf(world)
  expect(events).toHaveLength(PACKAGES.length)
  for (const workPackage of PACKAGES) {
    expect(laneOf(world.root, workPackage)).toBe('doing')
    const file = world.path(`kitty-specs/001-login/tasks/${workPackage}-part.md`)
    expect(readFileSync(file, 'utf8')).toContain('lane: doing')
  }
  expectExit(await move(world), 0)
  expect(eventsOf(world)).toEqual(events)
}

describe('a command with an idempotency key, run again after it was killed', () => {
  fault(76, 'kill at every call of a command of two events', { needs: ['gcc'], within: 1800 }, async () => {
    const injected = await killAtEachCall({ command: move, check: repeats, quick: 2, isRepeated: true })
    return {
      injected: `${injected} of kitty move WP01 WP03 doing --idempotency-key once`,
      found: 'run again it is complete: both events once, both files; a third run writes nothing',
      expected: 'all of it is there, or the repeat writes all of it; 137, 0',
    }
  })

  fault(77, 'killed in the middle of a write of two events', { needs: ['gcc'], within: 1800 }, async () => {
    let cuts = 0
    for (const file of ['journal.jsonl', 'events/2'])
      for (const bytes of FULL ? [1, 60, 90, 300, 480, 500, 560, 700, 900] : [560]) {
        const world = await World.make()
        const killed = await move(world, shimmed(`write:${file}:1:torn${bytes}`))
        // Beyond the end of what is written, it is written whole.
        expectExit(killed, 137, `${file} cut at ${bytes}`)
        await repeats(world)
        await checkInvariants(world, { rewritten: true })
        cuts += 1
      }
    return {
      injected: `the write to journal or log cut after some bytes, then SIGKILL, ${cuts} times`,
      found: 'the repeat writes both events, or finds both',
      expected: "a command's events are all there or none; 137, 0",
    }
  })
})
