import type { EventIndex, IndexReader } from '../index/event-index.js'
import { IndexUnusable } from '../index/index-unusable.js'
import { type EventLog, type RawLine, SCAN_START } from '../log/event-log.js'

/** Returns the lines whose events the index does not have. */
export async function missingFrom(index: IndexReader, lines: readonly RawLine[]): Promise<RawLine[]> {
  if (lines.length === 0) return []
  const absent = new Set(await index.absent(idsOf(lines)))
  return lines.filter((line) => absent.has(line.event_id))
}

/**
 * Returns the lines that are in neither the index nor the files. If the files hold a line and the index is up to
 * date, the index is damaged, and we must not write because of it. If the index is behind, git may have added the
 * line since, so we catch up and look again.
 */
export async function missingFromLog(
  lines: readonly RawLine[],
  index: EventIndex,
  log: EventLog,
  catchUp: () => Promise<void>,
): Promise<RawLine[]> {
  for (let wasUpToDate = false; ;) {
    const missing = await missingFrom(index, lines)
    if (missing.length === 0 || index.kind === 'memory' || !filesHold(log, missing)) return missing
    const { isUpToDate } = await index.freshness(log.list())
    // A reader may have caught up after the index answered: then it has the line when asked again.
    if (isUpToDate && wasUpToDate) throw new IndexUnusable('damaged', 'it lacked events that are in the log')
    if (!isUpToDate) await catchUp()
    wasUpToDate = isUpToDate
  }
}

/** Scans only the files of the lines' days. */
function filesHold(log: EventLog, missing: readonly RawLine[]): boolean {
  const ids = new Set(idsOf(missing))
  const days = new Set(missing.map((line) => line.timestamp.slice(0, 10)))
  return log
    .list()
    .filter(({ name }) => days.has(name.slice(0, 10)))
    .some(({ name }) => {
      for (const lines of log.scan(name, SCAN_START))
        if (lines.some(({ event }) => event !== undefined && ids.has(event.event_id))) return true
      return false
    })
}

export function idsOf(lines: readonly RawLine[]): string[] {
  return lines.map((line) => line.event_id)
}
