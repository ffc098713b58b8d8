import {
  Causality,
  fold,
  type LogEvent,
  withoutRenumbered,
  type WorkflowTable,
  type WorkPackageState,
} from '../events-lib.js'
import { repeatedEvent } from '../store/renumber-key.js'
import { textAt } from './json.js'
import { LinesByOwner } from './lines-by-owner.js'

/**
 * All events of a feature, by package and by import key. Keeps them as JSON: thousands of packages have tens of
 * thousands of events, and an import looks at one package at a time.
 */
export class FeatureLog {
  /** The causation IDs of all events. */
  readonly keys = new Set<string>()
  readonly #lines = new LinesByOwner()
  readonly #own: LogEvent[] = []
  #keysById: ReadonlyMap<string, string> | undefined
  #read: { readonly workPackage: string; readonly events: readonly LogEvent[] } | undefined

  constructor(
    readonly feature: string,
    private readonly table: WorkflowTable,
  ) {}

  /** Reads a whole feature, page by page. */
  static async of(
    feature: string,
    table: WorkflowTable,
    pages: AsyncIterable<readonly LogEvent[]>,
  ): Promise<FeatureLog> {
    const log = new FeatureLog(feature, table)
    for await (const page of pages) log.add(page)
    return log
  }

  /** Adds events of this feature. */
  add(events: readonly LogEvent[]): void {
    this.#read = undefined
    this.#keysById = undefined
    const lines: { owner: string; text: string }[] = []
    for (const event of events) {
      if (event.causation_id !== null) this.keys.add(event.causation_id)
      const owner = ownerOf(event)
      if (owner === undefined) this.#own.push(event)
      else lines.push({ owner, text: JSON.stringify(event) })
    }
    this.#lines.add(lines)
  }

  /** IDs of packages that have any event. */
  get packages(): readonly string[] {
    return this.#lines.owners
  }

  /** Events of the feature itself. */
  get featureEvents(): readonly LogEvent[] {
    return this.#own
  }

  /**
   * The events of a package, without those that another one took along when it was renumbered. What renumbering has
   * written again has the key of the first event, so that an item's package is found under its new ID.
   */
  eventsOf(workPackage: string): readonly LogEvent[] {
    if (this.#read?.workPackage !== workPackage) {
      const events = withoutRenumbered(this.#eventsAt(workPackage)).map((event) => this.#withFirstKey(event))
      this.#read = { workPackage, events }
    }
    return this.#read.events
  }

  state(workPackage: string): WorkPackageState | undefined {
    return fold(this.eventsOf(workPackage), { table: this.table })
  }

  #eventsAt(owner: string): LogEvent[] {
    // Cast: these are events that `add` wrote as JSON.
    return this.#lines.of(owner).map((line) => JSON.parse(line) as LogEvent)
  }

  #withFirstKey(event: LogEvent): LogEvent {
    let key = event.causation_id
    // Two events of a log can name each other.
    const seen = new Set<string>()
    for (let id = repeatedEvent(key); id !== undefined && !seen.has(id); id = repeatedEvent(key)) {
      seen.add(id)
      key = this.#keys().get(id) ?? key
    }
    return key === event.causation_id ? event : { ...event, causation_id: key }
  }

  /** The keys of all events by their IDs. Few logs need them, so they are read when they are. */
  #keys(): ReadonlyMap<string, string> {
    if (this.#keysById !== undefined) return this.#keysById
    const keys = new Map<string, string>()
    for (const owner of this.#lines.owners)
      for (const { event_id, causation_id } of this.#eventsAt(owner))
        if (causation_id !== null) keys.set(event_id, causation_id)
    return (this.#keysById = keys)
  }

  /** Returns the IDs of the register's writes that no other write of it has seen. */
  registerHeads(workPackage: string, writes: (event: LogEvent) => boolean): string[] {
    const events = this.eventsOf(workPackage)
    const causality = new Causality(events)
    return causality.heads(events.filter(writes)).map(({ event_id }) => event_id)
  }
}

/**
 * Returns the package that an event is about, directly or through a gate; undefined for events of the feature itself.
 */
function ownerOf(event: LogEvent): string | undefined {
  if (event.entity_type === 'WorkPackage') return event.entity_id
  if (event.entity_type !== 'Gate') return undefined
  // Cast: payloads are plain objects, read key by key.
  return textAt(event.payload, 'work_package_id') ?? /^(WP\d{2,})\b/.exec(event.entity_id)?.[1]
}
