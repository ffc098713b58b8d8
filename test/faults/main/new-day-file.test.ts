import { expect, it } from 'vitest'
import { checkInvariants } from '../support/invariants.js'
import { hasStruck, striking } from '../support/shim.js'
import { isThere } from '../support/tools.js'
import { expectExit, World } from '../support/world.js'

if (!isThere('gcc')) process.stderr.write('new day file skipped: gcc is not on this machine\n')

it.runIf(isThere('gcc'))(
  'a new day’s file has a name on disk before anything is stored in it, also where too many files are open',
  async () => {
    let refused = 0
    for (let n = 1; ; n += 1) {
      const world = await World.make()
      const env = striking(world, `opens:/.kittify/events:${n}:E24`)
      const outcome = await world.kitty(['note', 'WP01', 'the first of its day', '--json'], { env })
      if (!hasStruck(world)) {
        expectExit(outcome, 0)
        break
      }
      // Others take a file with content for one whose name is on disk: a warning would not reach them.
      expect(outcome.stderr).not.toContain('may not be on disk')
      if (outcome.stdout.includes('was not stored: too many open files')) refused += 1
      await checkInvariants(world)
    }
    expect(refused).toBeGreaterThan(0)
  },
  60_000,
)
