import { describe, expect, it } from 'vitest'
import { pathWithDriverService } from './support/driver-service.js'
import { tempFolder } from '../support/temp-folder.js'
import { History } from './support/history.js'
import { Random } from '../support/random.js'

/** 500 with npm run test:histories. KITTY_SEED names the first, to see one again. */
const COUNT = Number(process.env['KITTY_HISTORIES'] ?? 30)
const FIRST = Number(process.env['KITTY_SEED'] ?? 1)
const STEPS = 14
const path = pathWithDriverService()
let held = 0

describe('a random history of three branches', () => {
  it.each(Array.from({ length: COUNT }, (_, at) => FIRST + at))(
    'number %i: the log holds what the model says after every step, and the same on every branch at the end',
    async (seed) => {
      const history = await History.begin(tempFolder(), new Random(seed), path)
      for (let step = 0; step < STEPS; step += 1) {
        await history.step()
        expect(await history.faults()).toEqual([])
      }
      await history.exchange()
      expect(await history.faults()).toEqual([])
      expect([...history.model.work].sort()).toEqual([...history.model.all].sort())
      const [one, ...others] = await history.outcomes()
      for (const other of others) expect(other).toEqual({ ...one, branch: other.branch })
      await history.clone.endProcess()
      held += 1
      if (COUNT >= 100 && held % 50 === 0) process.stderr.write(`histories: ${held} of ${COUNT}\n`)
    },
    300_000,
  )
})
