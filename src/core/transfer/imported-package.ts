import { compareEvents, isStub, type LogEvent } from '../events-lib.js'
import type { FeatureLog } from './feature-log.js'
import { parseImportKey } from './keys.js'
import { DEFINED, type SetChange, type SetName, setChangesOf, valuesWritten } from './register-writes.js'
import { compareText } from './text.js'
import { addTo } from '../log/group-by.js'

/** The last value that an import wrote to a register. */
interface ImportedValue {
  readonly key: string
  readonly timestamp: string
  readonly value: unknown
}

interface ImportedEvent {
  readonly eventId: string
  readonly timestamp: string
}

export interface ElementChange {
  readonly added: readonly string[]
  readonly removed: readonly { readonly element: string; readonly seen: readonly string[] }[]
}

/** What earlier imports wrote about one package, no matter who created it: the source's item is compared with this. */
export class ImportedPackage {
  /** Ordered by time. Empty if no import wrote about the package. */
  readonly events: readonly ImportedEvent[]
  readonly #values = new Map<string, ImportedValue>()
  /** Maps each element to the IDs of the events that added it. */
  readonly #sets = new Map<SetName, Map<string, string[]>>()
  readonly #redacted = new Set<string>()

  /** @param item and source are spelled as in keys */
  constructor(log: FeatureLog, workPackage: string, item: string, format: string, source: string) {
    const own = log.eventsOf(workPackage).flatMap((event) => {
      const key = parseImportKey(event.causation_id)
      return key?.format === format && key.source === source && key.item === item
        ? [{ event, what: key.what }]
        : []
    })
    own.sort((a, b) => compareText(a.event.timestamp, b.event.timestamp) || compareEvents(a.event, b.event))
    for (const { event, what } of own) this.#read(event, what)
    this.events = own.map(({ event }) => ({ eventId: event.event_id, timestamp: event.timestamp }))
  }

  /** The last value that an import wrote to the register. */
  value(register: string): unknown {
    return this.#values.get(register)?.value
  }

  /** The key of the import that wrote it. */
  keyOf(register: string): string | null {
    return this.#values.get(register)?.key ?? null
  }

  /** Undefined if no import has written the set. */
  elements(name: SetName): readonly string[] | undefined {
    const set = this.#sets.get(name)
    return set && [...set.keys()]
  }

  /** True if the last imported value was redacted. An import must not bring it back. */
  isRedacted(register: string): boolean {
    return this.#redacted.has(register)
  }

  /** Removes only what imports added: an element added in kitty stays. */
  changeTo(name: SetName, elements: readonly string[]): ElementChange {
    const before = this.#sets.get(name) ?? new Map<string, readonly string[]>()
    const after = new Set(elements)
    return {
      added: [...after].filter((element) => !before.has(element)).sort(),
      removed: [...before]
        .filter(([element]) => !after.has(element))
        .map(([element, seen]) => ({ element, seen })),
    }
  }

  /** A source's clock may go back, but its current value is still newer than its previous one. */
  notBefore(register: string, at: string | null): string | null {
    const last = this.#values.get(register)?.timestamp
    return at !== null && last !== undefined && last > at ? last : at
  }

  #read(event: LogEvent, what: string): void {
    if (isStub(event)) {
      for (const register of what === 'created' ? DEFINED : [what]) this.#redacted.add(register)
      if (what === 'created') this.#set(event, 'created', true)
      return
    }
    for (const [register, value] of valuesWritten(event, what)) {
      this.#redacted.delete(register)
      this.#set(event, register, value)
    }
    for (const [name, change] of setChangesOf(event)) this.#apply(name, change, event.event_id)
  }

  #set({ causation_id, timestamp }: LogEvent, register: string, value: unknown): void {
    this.#values.set(register, { key: causation_id ?? '', timestamp, value })
  }

  #apply(name: SetName, change: SetChange, eventId: string): void {
    const set = this.#sets.get(name) ?? new Map<string, string[]>()
    for (const element of change.removed) set.delete(element)
    for (const element of change.added) addTo(set, element, eventId)
    this.#sets.set(name, set)
  }
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
