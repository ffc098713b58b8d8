import { setImmediate as turn } from 'node:timers/promises'

/**
 * Runs every contestant once per round, one after the other, so that a slowdown of the machine affects all of them.
 * @param contestants functions that take the round and return when done; one that returns a number has measured itself
 * @returns the samples of each contestant, in ms, in round order, without the warm-up rounds
 */
export async function rounds({ warmUp = 2, times, contestants }) {
  const samples = contestants.map(() => [])
  for (let round = -warmUp; round < times; round += 1) {
    for (const [at, run] of contestants.entries()) {
      // Lets signals through: running a process synchronously blocks the event loop.
      await turn()
      const started = performance.now()
      const measured = await run(round + warmUp)
      const ms = typeof measured === 'number' ? measured : performance.now() - started
      if (round >= 0) samples[at].push(ms)
    }
  }
  return samples
}
