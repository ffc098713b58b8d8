import { describe, expect } from 'vitest'
import { fault, scaled } from '../support/fault.js'
import { RandomKills } from '../support/random-kills.js'

/** As many as the list has, where there is an hour for it. */
const KILLS = Number(process.env['KITTY_KILLS'] ?? scaled(9, 240))
/** The first round: another one goes on where a run ended, or repeats one that failed. */
const FIRST_ROUND = Number(process.env['KITTY_KILL_ROUND'] ?? 1)

describe('killed at random', () => {
  fault(5, 'random kill -9 of writing commands', { needs: ['linux'], within: 10_000 }, async () => {
    const random = new RandomKills()
    let [rounds, kills, stored] = [0, 0, 0]
    while (kills < KILLS) {
      const round = await random.round(FIRST_ROUND + rounds)
      rounds += 1
      kills += round.kills
      stored += round.acknowledged
      if (rounds % 100 === 0) process.stdout.write(`${rounds} rounds, ${kills} kills\n`)
    }
    expect(stored).toBeGreaterThan(kills)
    return {
      injected: `${kills} kills of concurrent commands in ${rounds} rounds`,
      found: `${stored} acknowledged events all there, each with a clock value of its own`,
      expected: 'nothing acknowledged lost, no clock value twice, no manual repair',
    }
  })
})
