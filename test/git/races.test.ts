import { describe, expect, it } from 'vitest'
import { tempFolder } from '../support/temp-folder.js'
import { pathWithKitty } from './support/kitty-shim.js'
import { race, RACES } from './support/races.js'

/** Events a verb: 300 with npm run test:races. */
const COUNT = Number(process.env['KITTY_RACES'] ?? 3)
/** Milliseconds that one race may take, on a slow machine with other work. */
const RACE_MS = process.env['KITTY_GIT_LOG'] === 'large' ? 20_000 : 5_000
const path = pathWithKitty()

describe('an event stored while git is at work is not lost', () => {
  it.each(Object.keys(RACES))(
    '%s',
    async (name) => {
      const tally = await race(name, COUNT, tempFolder(), { path })
      if (COUNT >= 100) process.stderr.write(`races: ${name}: ${JSON.stringify(tally)}\n`)
      expect(tally.lost).toBe(0)
    },
    COUNT * RACE_MS + 60_000,
  )
})
