import type { LogEvent, Registry } from '../events-lib.js'
import type { AppendedLine, EventLog } from '../log/event-log.js'
import type { Session } from '../workspace/session.js'
import type { AttributeGuard } from './attribute-guard.js'
import { bringAncestors } from './bring-ancestors.js'
import type { CurrentIndex } from './current-index.js'
import type { Draft, EventOrigin, ForeignDraft, Provenance, TeamLink } from './event-store.js'
import type { LogClock } from './log-clock.js'
import type { Recovery } from './recovery.js'
import { refuseUnfit } from './refuse-unfit.js'
import { stamp } from './stamp.js'
import { foreignChunks, stampForeign } from './stamp-foreign.js'

/** What stamping needs to know of the log. */
export interface ClockAndHeads {
  /** The log's trusted maximum. */
  readonly maximum: number
  readonly nextClock: number
  /** By `entityKey`. */
  readonly heads: (key: string) => readonly string[]
}

interface Parts {
  readonly log: EventLog
  readonly index: CurrentIndex
  readonly recovery: Recovery
  readonly attributes: AttributeGuard
  readonly clock: LogClock
  readonly session: Session
  readonly registry: Registry
  readonly team: { readonly link: TeamLink | undefined }
}

/** Turns decided drafts into events and writes them: stamp → hub → log. The caller holds the lock. */
export class StampedAppend {
  readonly #written = new Set<string>()

  constructor(private readonly parts: Parts) {}

  /** IDs of the events that this store has written. */
  get written(): ReadonlySet<string> {
    return this.#written
  }

  /** The drafts as events, checked and not yet written. @param brought how many of the first ones a caller supposed */
  stamped(
    drafts: readonly Draft[],
    provenance: Provenance,
    { nextClock, heads }: ClockAndHeads,
    brought = 0,
  ): LogEvent[] {
    const { session, registry } = this.parts
    const now = session.now()
    const nextId = (at: Date): string => session.nextId(at)
    const events = stamp(drafts, provenance, {
      registry,
      nextClock,
      now,
      nextId,
      heads,
      brought,
    })
    refuseUnfit(events, registry)
    return events
  }

  /** Writes them to the log, and with a hub there first. */
  async publish(events: readonly LogEvent[], origin: EventOrigin): Promise<AppendedLine[]> {
    const { log, index, recovery, team } = this.parts
    const { link } = team
    if (link === undefined) return this.store(events)
    const ancestors = await bringAncestors(log, await index.inLock(), events)
    if (ancestors.length > 0) {
      await recovery.adopt(ancestors)
      index.fellBehind()
    }
    return link.publish(events, origin, () => this.store(events))
  }

  /** Writes to the log alone. All events of one call share a timestamp, and so go to one file. */
  store(events: readonly LogEvent[]): AppendedLine[] {
    this.parts.clock.remember(events.at(-1))
    const lines = this.parts.log.append(events)
    for (const event of events) this.#written.add(event.event_id)
    return lines
  }

  /** @param written called after each chunk @returns the clock's next value */
  async appendForeign(
    drafts: readonly ForeignDraft[],
    first: number,
    written: (events: readonly LogEvent[]) => Promise<void>,
  ): Promise<number> {
    const { registry, attributes } = this.parts
    let nextClock = first
    const ids = new Map<string, string>()
    for (const chunk of foreignChunks(drafts)) {
      const events = stampForeign(chunk, { registry, nextClock, ids })
      refuseUnfit(events, registry)
      attributes.beforeAppend(events)
      await this.publish(events, 'imported')
      nextClock += events.length
      await written(events)
    }
    return nextClock
  }
}
