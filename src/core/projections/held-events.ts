import { distinctEvents, encodeEvent, isKittyEvent, type LogEvent } from '../events-lib.js'
import { HeldLines } from './held-lines.js'

/**
 * The events of several logs, each line once. Two logs of hundreds of thousands of events, nearly all of which they share,
 * do not fit into memory as objects.
 */
export class HeldEvents {
  readonly #lines = new HeldLines()
  readonly #clocks: number[] = []
  readonly #entities: string[] = []
  /** By ID: the number of its line, or of its different lines. */
  readonly #numbers = new Map<string, number | number[]>()
  /** Numbers of lines whose ID has different lines. */
  readonly #rivals = new Set<number>()
  readonly #byEntity = new Map<string, { readonly key: string; readonly numbers: number[] }>()
  /** By package: the gates that any event creates for it. */
  readonly #gates = new Map<string, Set<string>>()

  /** @returns the number of the event's line; the one that it has already if the line is known */
  add(event: LogEvent): number {
    const line = Buffer.from(encodeEvent(event))
    const known = this.numbersOf(event.event_id)
    const same = known.find((number) => this.#lines.of(number).equals(line))
    if (same !== undefined) return same
    const number = this.#lines.add(line)
    this.#numbers.set(event.event_id, known.length === 0 ? number : [...known, number])
    if (known.length > 0) for (const one of [...known, number]) this.#rivals.add(one)
    this.#clocks.push(event.lamport_clock)
    this.#place(number, event)
    return number
  }

  #place(number: number, event: LogEvent): void {
    const key = entityKeyOf(event)
    let entity = this.#byEntity.get(key)
    if (entity === undefined) this.#byEntity.set(key, (entity = { key, numbers: [] }))
    entity.numbers.push(number)
    // One text per entity, not per event.
    this.#entities.push(entity.key)
    if (!isKittyEvent(event) || event.event_type !== 'GateCreated') return
    const owner = packageKey(event.payload.feature_slug, event.payload.work_package_id)
    this.#gates.set(owner, (this.#gates.get(owner) ?? new Set()).add(key))
  }

  event(number: number): LogEvent {
    // Cast: `add` wrote the line from an event.
    return JSON.parse(this.#lines.of(number).toString('utf8')) as LogEvent
  }

  clock(number: number): number {
    return this.#clocks[number] ?? 0
  }

  /** Key of the entity that the event is about, see `packageKey`. */
  entity(number: number): string {
    return this.#entities[number] ?? ''
  }

  /** Whether the ID of the event has different lines. */
  hasRival(number: number): boolean {
    return this.#rivals.has(number)
  }

  /** Several if the ID has different lines. */
  numbersOf(id: string): readonly number[] {
    const numbers = this.#numbers.get(id) ?? []
    return typeof numbers === 'number' ? [numbers] : numbers
  }

  /** Lines about an entity and, for a package, about its gates. */
  about(key: string): number[] {
    return [key, ...(this.#gates.get(key) ?? [])].flatMap((one) => this.#byEntity.get(one)?.numbers ?? [])
  }

  entities(): Iterable<string> {
    return this.#byEntity.keys()
  }

  /** Each package that has gates, with their keys. */
  gates(): Iterable<readonly [owner: string, gates: ReadonlySet<string>]> {
    return this.#gates
  }
}

/** One of the logs whose lines are held. */
export class HeldLog {
  readonly #numbers = new Set<number>()
  /** The greatest clock of any event, trusted or not. */
  greatestClock = 0

  constructor(readonly held: HeldEvents) {}

  add(events: Iterable<LogEvent>): void {
    for (const event of events) {
      this.#numbers.add(this.held.add(event))
      this.greatestClock = Math.max(this.greatestClock, event.lamport_clock)
    }
  }

  /** The numbers of its lines. */
  lines(): Iterable<number> {
    return this.#numbers
  }

  includes(number: number): boolean {
    return this.#numbers.has(number)
  }

  has(id: string): boolean {
    return this.held.numbersOf(id).some((number) => this.#numbers.has(number))
  }

  /** The event with this ID: of different lines, the one that counts. */
  get(id: string): LogEvent | undefined {
    const lines = this.held.numbersOf(id).filter((number) => this.#numbers.has(number))
    return distinctEvents(lines.map((number) => this.held.event(number))).events[0]
  }

  /** The clock of the event with this ID, without reading its line. */
  clockOf(id: string): number | undefined {
    const line = this.held.numbersOf(id).find((number) => this.#numbers.has(number))
    return line === undefined ? undefined : this.held.clock(line)
  }

  /** Its events with IDs that another log does not have. Of different lines with one ID, the first. */
  *without(other: HeldLog): Generator<LogEvent> {
    for (const number of this.#numbers) {
      if (other.includes(number)) continue
      const event = this.held.event(number)
      const isFirst = this.held.numbersOf(event.event_id).find((one) => this.#numbers.has(one)) === number
      if (isFirst && !other.has(event.event_id)) yield event
    }
  }
}

/** The key of a package. Keys sort by feature, then by package: a slug never contains NUL. */
export function packageKey(feature: string, workPackage: string): string {
  return `WorkPackage\0${feature}\0${workPackage}`
}

export function isPackageKey(key: string): boolean {
  return key.startsWith('WorkPackage\0')
}

export function isFeatureKey(key: string): boolean {
  return key.startsWith('FeatureSpec\0')
}

export function isGateKey(key: string): boolean {
  return key.startsWith('Gate\0')
}

/** Like `packageKey`, for any entity. A feature has one key, whatever its events call it. */
function entityKeyOf({ entity_type, entity_id, payload: { feature_slug: feature } }: LogEvent): string {
  return entity_type === 'FeatureSpec'
    ? `${entity_type}\0${feature}`
    : `${entity_type}\0${feature}\0${entity_id}`
}
