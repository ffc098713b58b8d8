/** What earlier imports left in the log: the values they wrote, and where the next import continues. */
import {
  Causality,
  compareEvents,
  fold,
  isStub,
  type LogEvent,
  type WorkflowTable,
  type WorkPackageState,
} from '../events-lib.js'
import { isJson, type Json, listAt, objectAt, textAt, textsAt } from './json.js'
import { parseImportKey } from './keys.js'
import { LinesByOwner } from './lines-by-owner.js'

/** The last value that an import wrote to a register. */
export interface ImportedValue {
  readonly key: string
  readonly eventId: string
  readonly timestamp: string
  readonly value: unknown
}

export interface ImportedEvent {
  readonly eventId: string
  readonly timestamp: string
}

/** A package that an import created, with everything the import wrote about it. */
export interface ImportedPackage {
  /** By register. Sets (`tags`, `dependencies`, `subtasks`) map each element to the IDs of the events that added it. */
  readonly values: ReadonlyMap<string, ImportedValue>
  readonly sets: ReadonlyMap<SetName, ReadonlyMap<string, readonly string[]>>
  /** Registers whose last imported value was redacted. An import must not bring it back. */
  readonly redacted: ReadonlySet<string>
  /** Ordered by time. */
  readonly events: readonly ImportedEvent[]
}

export type SetName = 'tags' | 'dependencies' | 'subtasks'

/**
 * All events of a feature, by package and by import key. Keeps them as JSON: thousands of packages have tens of
 * thousands of events, and an import looks at one package at a time.
 */
export class FeatureLog {
  /** The causation IDs of all events. */
  readonly keys = new Set<string>()
  readonly #lines = new LinesByOwner()
  readonly #own: LogEvent[] = []
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

  eventsOf(workPackage: string): readonly LogEvent[] {
    if (this.#read?.workPackage !== workPackage) {
      // Cast: these are events that `add` wrote as JSON.
      const events = this.#lines.of(workPackage).map((line) => JSON.parse(line) as LogEvent)
      this.#read = { workPackage, events }
    }
    return this.#read.events
  }

  state(workPackage: string): WorkPackageState | undefined {
    return fold(this.eventsOf(workPackage), { table: this.table })
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

/** Returns the packages that imports of this format and source created, by item; items are spelled as in keys. */
export function importedPackages(log: FeatureLog, format: string, source: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const workPackage of log.packages)
    for (const { event_type, causation_id } of log.eventsOf(workPackage)) {
      if (event_type !== 'WPCreated') continue
      const key = parseImportKey(causation_id)
      if (key?.format !== format || key.source !== source) continue
      if (!found.has(key.item)) found.set(key.item, workPackage)
      break
    }
  return found
}

/** The registers that a package's creation writes. */
const DEFINED = ['title', 'priority', 'dependencies', 'subtasks']

/** Reads one package's imported values, no matter who created the package. */
export function readPackage(
  log: FeatureLog,
  workPackage: string,
  item: string,
  format: string,
  source: string,
): ImportedPackage {
  const values = new Map<string, ImportedValue>()
  const sets = new Map<SetName, Map<string, string[]>>()
  const own = log.eventsOf(workPackage).flatMap((event) => {
    const key = parseImportKey(event.causation_id)
    return key?.format === format && key.source === source && key.item === item
      ? [{ event, what: key.what }]
      : []
  })
  own.sort((a, b) => compare(a.event.timestamp, b.event.timestamp) || compareEvents(a.event, b.event))
  const redacted = new Set<string>()
  for (const { event, what } of own) {
    if (isStub(event)) {
      for (const register of what === 'created' ? DEFINED : [what]) redacted.add(register)
      if (what === 'created') values.set('created', importedBy(event, true))
      continue
    }
    for (const [register, value] of valuesOf(event, what)) {
      redacted.delete(register)
      values.set(register, importedBy(event, value))
    }
    for (const [name, change] of setChangesOf(event)) applySet(sets, name, change, event.event_id)
  }
  const events = own.map(({ event }) => ({ eventId: event.event_id, timestamp: event.timestamp }))
  return { values, sets, redacted, events }
}

function importedBy(event: LogEvent, value: unknown): ImportedValue {
  return { key: event.causation_id ?? '', eventId: event.event_id, timestamp: event.timestamp, value }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function valuesOf(event: LogEvent, what: string): [string, unknown][] {
  // Cast: payloads are plain objects, read key by key.
  const payload = event.payload as Json
  switch (event.event_type) {
    case 'WPCreated':
      return [
        ['created', true],
        ['title', payload['title']],
        ['priority', payload['priority'] ?? null],
      ]
    case 'WPChanged':
      return ['title', 'priority'].flatMap((name): [string, unknown][] => {
        const change = objectAt(payload, name)
        return change === null ? [] : [[name, change['new']]]
      })
    case 'WPStatusChanged':
      return [['lane', payload['new_status']]]
    case 'SubtaskCompleted':
      return [[what, payload['done']]]
    case 'Assigned':
      return [['assignee', payload['assignee'] ?? null]]
    default:
      return []
  }
}

interface SetChange {
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

function setChangesOf(event: LogEvent): [SetName, SetChange][] {
  // Cast: as above.
  const payload = event.payload as Json
  switch (event.event_type) {
    case 'WPCreated':
      return [
        ['dependencies', { added: textsAt(payload, 'dependencies'), removed: [] }],
        ['subtasks', { added: textsAt(payload, 'subtasks'), removed: [] }],
      ]
    case 'WPChanged':
      return (['dependencies', 'subtasks'] as const).flatMap((name): [SetName, SetChange][] => {
        const change = objectAt(payload, name)
        return change === null
          ? []
          : [[name, { added: textsAt(change, 'added'), removed: removedOf(change, 'id') }]]
      })
    case 'TagsChanged':
      return [['tags', { added: textsAt(payload, 'added'), removed: removedOf(payload, 'tag') }]]
    default:
      return []
  }
}

function removedOf(json: Json, key: string): string[] {
  return listAt(json, 'removed').flatMap((entry) => (isJson(entry) ? (textAt(entry, key) ?? []) : []))
}

function applySet(
  sets: Map<SetName, Map<string, string[]>>,
  name: SetName,
  change: SetChange,
  eventId: string,
): void {
  const set = sets.get(name) ?? new Map<string, string[]>()
  for (const element of change.removed) set.delete(element)
  for (const element of change.added) set.set(element, [...(set.get(element) ?? []), eventId])
  sets.set(name, set)
}

/** Tests whether an event writes the register of that name, for {@link FeatureLog.registerHeads}. */
export function writesRegister(register: string): (event: LogEvent) => boolean {
  return (event) => {
    // Cast: as above.
    const payload = event.payload as Json
    switch (event.event_type) {
      case 'WPCreated':
        return register === 'title' || register === 'priority'
      case 'WPChanged':
        return objectAt(payload, register) !== null
      case 'WPStatusChanged':
        return register === 'lane'
      case 'SubtaskCompleted':
        return register === `subtask.${textAt(payload, 'subtask_id') ?? ''}`
      case 'Assigned':
        return register === 'assignee'
      default:
        return false
    }
  }
}
