import type { Ordered } from '../events-lib.js'
import type { EventFilter } from '../index/event-index.js'

/** Events in a page of a streamed history: few enough for the garbage collector to free them while they are young. */
const STREAM_BATCH = 500

/** Sorts before every possible event. */
const START: Ordered = { lamport_clock: 0, event_id: '' }

/** Reads page by page, each starting where the last one ended, so that only one page is in memory. */
export async function* pages<T extends Ordered>(
  filter: EventFilter,
  read: (page: EventFilter) => Promise<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  let left = filter.limit ?? Infinity
  let after = filter.after
  while (left > 0) {
    const page = await read({ ...filter, after: after ?? START, limit: Math.min(left, STREAM_BATCH) })
    if (page.length > 0) yield page
    after = page.at(-1)
    if (page.length < STREAM_BATCH) return
    left -= page.length
  }
}
