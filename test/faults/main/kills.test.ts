import { describe, expect } from 'vitest'
import { fault, scaled } from '../support/fault.js'
import { checkInvariants } from '../support/invariants.js'
import { World } from '../support/world.js'

/** As many as the list has, where there are hours for it. */
const KILLS = Number(process.env['KITTY_KILLS'] ?? scaled(9, 240))

describe('killed at random', () => {
  fault(5, 'random kill -9 of several emitters', { needs: ['linux'], within: 3600 }, async () => {
    const world = await World.make()
    let kills = 0
    let stored = 0
    while (kills < KILLS) {
      const emitters = Array.from({ length: scaled(3, 3 + (kills % 14)) }, () => world.startEmitter(['emit']))
      await Promise.all(emitters.map((emitter) => emitter.says('writing')))
      for (const emitter of emitters)
        setTimeout(() => emitter.child.kill('SIGKILL'), 100 + Math.random() * 120)
      for (const { exit, stdout, stderr } of await Promise.all(emitters.map(({ finished }) => finished))) {
        expect(exit, stderr).toBe(137)
        stored += world.acknowledgeNotes(stdout).length
        kills += 1
      }
      await checkInvariants(world)
    }
    expect(stored).toBeGreaterThan(kills)
    return {
      injected: `${kills} kills of 3 to 16 emitters 100 to 220 ms into their work`,
      found: `${stored} acknowledged events all there, each with a clock value of its own`,
      expected: 'nothing acknowledged lost, no clock value twice, no manual repair',
    }
  })
})
