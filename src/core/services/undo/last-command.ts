import { compareEvents, importKey, isHandover, isKittyEvent, type LogEvent } from '../../events-lib.js'
import type { EventStore, Provenance } from '../../store/event-store.js'

/** Events of the first read while looking for the holder's last one, and how much more each further read takes. */
const [PAGE, GROWTH] = [200, 20]

/** Event types that a command brings along when it first takes over what a package's file says. */
const DEFINES: ReadonlySet<string> = new Set(['SpecCreated', 'WPCreated', 'WPChanged'])

/**
 * The events of the last command of this holder, in their order; empty if it has written none. What a command brought
 * along from the files is left out: it is what the files still say.
 * @param before the last command before this event, and not the one that wrote it
 */
export async function lastCommand(
  store: EventStore,
  provenance: Provenance,
  before?: LogEvent,
): Promise<LogEvent[]> {
  const last = await lastEvent(store, provenance, before)
  if (last === undefined) return []
  // All events of one append share a timestamp and have consecutive clocks.
  const sameTime = await store.read({
    actor: provenance.actor,
    from: last.timestamp,
    to: last.timestamp,
    sinceClock: last.lamport_clock - PAGE * PAGE,
  })
  const command: LogEvent[] = []
  let clock: number = last.lamport_clock
  for (const event of sameTime.filter((one) => one.lamport_clock <= clock).reverse()) {
    if (event.lamport_clock !== clock || !isPartOf(event, last)) break
    command.unshift(event)
    clock -= 1
  }
  const events = command.filter(({ event_type }) => event_type !== 'HeadsJoined')
  const own = events.filter(({ event_type }) => !DEFINES.has(event_type))
  return own.length === 0 ? events : own
}

/** Any number of imported events may follow it, or of another session's. */
async function lastEvent(
  store: EventStore,
  provenance: Provenance,
  before: LogEvent | undefined,
): Promise<LogEvent | undefined> {
  for (let limit = PAGE; ; limit *= GROWTH) {
    const newest = await store.read({ actor: provenance.actor, to: before?.timestamp, limit })
    const last = newest.findLast((event) => isOwn(event, provenance) && isEarlier(event, before))
    if (last !== undefined || newest.length < limit) return last
  }
}

function isEarlier(event: LogEvent, before: LogEvent | undefined): boolean {
  if (before === undefined) return true
  return compareEvents(event, before) < 0 && event.causation_id !== before.causation_id
}

function isPartOf(event: LogEvent, last: LogEvent): boolean {
  // What a command brings along has none of its keys.
  const isSameOperation = event.causation_id === last.causation_id || event.causation_id === null
  return isSameOperation && event.correlation_id === last.correlation_id
}

/** An event of this holder's, and not one that an import brought or renumbering repeated. */
function isOwn(event: LogEvent, { session = null, correlationId }: Provenance): boolean {
  if (event.event_type === 'HeadsJoined' || (importKey(event) !== undefined && !isHandover(event)))
    return false
  if (event.correlation_id !== correlationId) return false
  if (!isKittyEvent(event) || event.event_type !== 'WPStatusChanged') return true
  const { session: kept = null, holder = null } = event.payload
  return kept === null || holder !== null || kept === session
}
