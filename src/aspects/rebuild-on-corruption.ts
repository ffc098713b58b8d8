import type { IndexHealth } from '../core/index/index-health.js'
import { around } from './around.js'

/** First rebuild the index, then read the log directly; after that there is nothing left to try. */
const RECOVERIES = 2
/** A file is rarely replaced between the index's answer and the read, let alone three times in a row. */
const LOOKS = 3

/**
 * Runs the method again: first when another process may have replaced a file, then after rebuilding the index,
 * and once more reading the log directly if that did not help. Goes on methods that only read, or that write only to the
 * index.
 */
export const RebuildOnCorruption = around<{ readonly health: IndexHealth }>(
  'RebuildOnCorruption',
  async (call, proceed) => {
    const { health } = call.instance
    let [looks, recoveries] = [1, 0]
    for (;;) {
      try {
        return await proceed()
      } catch (error) {
        if (health.mayPass(error) && looks < LOOKS) looks += 1
        else {
          if (recoveries === RECOVERIES || !health.canRecoverFrom(error)) throw error
          recoveries += 1
          await health.recover(error)
        }
      }
    }
  },
)
