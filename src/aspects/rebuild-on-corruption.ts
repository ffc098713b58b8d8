import type { IndexHealth } from '../core/index/index-health.js'
import { around } from './around.js'

/** First rebuild the index, then read the log directly; after that there is nothing left to try. */
const RECOVERIES = 2

/**
 * Runs the method again after rebuilding the index, and once more reading the log directly if that did not help. Goes
 * on methods that only read, or that write only to the index.
 */
export const RebuildOnCorruption = around<{ readonly health: IndexHealth }>(
  'RebuildOnCorruption',
  async (call, proceed) => {
    const { health } = call.instance
    for (let recoveries = 0; ; recoveries++) {
      try {
        return await proceed()
      } catch (error) {
        if (recoveries === RECOVERIES || !health.canRecoverFrom(error)) throw error
        await health.recover(error)
      }
    }
  },
)
