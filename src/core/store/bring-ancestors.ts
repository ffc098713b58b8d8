import type { LogEvent } from '../events-lib.js'
import type { EventIndex } from '../index/event-index.js'
import type { EventLog, RawLine } from '../log/event-log.js'
import { isOverlayFile } from '../log/format/day-file.js'

/**
 * The ancestors of these events that only the hub has brought: they go into the log first, so that what is committed
 * names no parent that a clone without the hub lacks. Newline included, in the total order.
 */
export async function bringAncestors(
  log: EventLog,
  index: EventIndex,
  events: readonly LogEvent[],
): Promise<RawLine[]> {
  const seen = new Set<string>(events.map(({ event_id }) => event_id))
  const found: (RawLine & { readonly lamport_clock: number })[] = []
  let wanted: readonly LogEvent[] = events
  while (wanted.length > 0) {
    const parents = new Set(wanted.flatMap((event) => event.parents ?? []).filter((id) => !seen.has(id)))
    for (const id of parents) seen.add(id)
    // An ancestor in the log itself has its own ancestors there.
    const rows = (await index.rows([...parents])).filter(({ file }) => isOverlayFile(file))
    for (const row of rows) {
      const text = log.readLine(row)
      if (text === undefined) continue
      const { event_id, timestamp, lamport_clock } = row
      found.push({ event_id, timestamp, lamport_clock, bytes: Buffer.from(`${text}\n`, 'latin1') })
    }
    wanted = log.readEvents(rows).filter((event) => event !== undefined)
  }
  return found.sort((a, b) => a.lamport_clock - b.lamport_clock || (a.event_id < b.event_id ? -1 : 1))
}
