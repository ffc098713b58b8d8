import { isStub, type LogEvent, parseEvent } from '../events-lib.js'
import type { Archive } from './archive/archive.js'
import type { RawLine } from './event-log.js'
import type { Redactions } from './redactions.js'
import type { Journal } from './repair/journal.js'

/** This clone's own lines of these events, in journal and archive. */
export async function keptLines(
  ids: ReadonlySet<string>,
  journal: Journal,
  archive: Archive,
): Promise<RawLine[]> {
  const ofJournal = journal.read().lines.filter(({ event_id: id }) => ids.has(id))
  return [...ofJournal, ...(await archive.lines(ids))]
}

/** The event of a full line; undefined for a stub. */
export function fullEvent({ bytes }: RawLine): LogEvent | undefined {
  const parsed = parseEvent(JSON.parse(bytes.toString('utf8')))
  return parsed.ok && !isStub(parsed.event) ? parsed.event : undefined
}

/** IDs of events that a stub from elsewhere hides, while this clone still keeps their full lines. */
export async function hiddenEvents(
  { undecided }: Redactions,
  journal: Journal,
  archive: Archive,
): Promise<string[]> {
  const ids = new Set<string>(undecided.map(({ event }) => event.event_id))
  const kept = await keptLines(ids, journal, archive)
  return [...new Set(kept.filter((line) => fullEvent(line) !== undefined).map(({ event_id: id }) => id))]
}
