import { setImmediate as turn } from 'node:timers/promises'

/**
 * Runs every contestant once a round, one after the other, so that whatever slows the machine down meets all of them.
 * @param contestants functions that are given the round and answer when they are done; one that answers a number has
 *   measured itself
 * @returns the samples of each, in ms, in the order of the rounds; the rounds that warm up are left out
 */
export async function rounds({ warmUp = 2, times, contestants }) {
  const samples = contestants.map(() => [])
  for (let round = -warmUp; round < times; round += 1) {
    for (const [at, run] of contestants.entries()) {
      // Gives an interruption its turn: what runs a process waits for it without looking up.
      await turn()
      const started = performance.now()
      const measured = await run(round + warmUp)
      const ms = typeof measured === 'number' ? measured : performance.now() - started
      if (round >= 0) samples[at].push(ms)
    }
  }
  return samples
}
