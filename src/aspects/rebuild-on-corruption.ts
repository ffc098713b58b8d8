import type { IndexHealth } from '../core/index/index-health.js'
import { around } from './around.js'

/** The index rebuilt, then the log read directly: after these nothing is left to try. */
const RECOVERIES = 2

/**
 * Runs the method again after the index has been rebuilt, and once more reading the log directly when that did
 * not help. Goes on methods that only read, or that write nothing but the index.
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
