import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import type * as seeds from './seeds.js'
import { bundle } from './bundle.mjs'

/** CI runs 2,000 of them with `npm run test:simulation`. */
const SEEDS = 20

let simulation: typeof seeds

beforeAll(async () => {
  // Cast: the bundle of that file.
  simulation = (await import(pathToFileURL(await bundle('seeds.ts', 'seeds-test.mjs')).href)) as typeof seeds
})

async function firstBroken(fault: seeds.PutFaultName, most: number): Promise<seeds.Simulated | undefined> {
  for (let seed = 1; seed <= most; seed += 1) {
    const simulated = await simulation.simulate(seed, { fault: simulation.PUT_FAULTS[fault] })
    if (simulated.broken !== undefined) return simulated
  }
  return undefined
}

describe('the store on a simulated machine', () => {
  it('keeps its promises through crashes, power cuts, full disks and git', async () => {
    let acknowledged = 0
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const simulated = await simulation.simulate(seed)
      expect(simulated.broken, `npm run test:simulation -- --seed ${seed}`).toBeUndefined()
      acknowledged += simulated.acknowledged
    }
    expect(acknowledged).toBeGreaterThan(SEEDS * 10)
  })

  it('does the same whenever it is given the same seed', async () => {
    const run = async (): Promise<[string[], seeds.Simulated]> => {
      const trace: string[] = []
      const result = await simulation.simulate(7, { trace })
      // A name that counts the files of the whole test.
      return [trace.map((line) => line.replace(/\d+-\d+\.tmp$/, 'tmp')), result]
    }
    const [[first, result], [second, again]] = [await run(), await run()]
    expect(second).toEqual(first)
    expect(again).toEqual(result)
    expect(first.length).toBeGreaterThan(100)
  })
})

describe('a fault put in on purpose is found within the first seeds', () => {
  it.each([
    ['fsync left out', /^I1: /],
    ['lock let go early', /^I3: |^I4: |^I7: |does not come after/],
    ['cursor moved past a failed event', /^I4: |the index was found damaged|IndexUnusable/],
    ['parent dropped', /does not come after/],
  ] as const)('%s', async (fault, says) => {
    expect((await firstBroken(fault, 200))?.broken).toMatch(says)
  })
})
