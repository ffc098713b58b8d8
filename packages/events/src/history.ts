import type { Sight } from './draft-state.js'
import { isKittyEvent, type LogEvent } from './event.js'
import { cutSegments, reaches } from './segments.js'
import type { Stream } from './stream.js'

interface Place {
  readonly stream: Stream<LogEvent>
  readonly index: number
  readonly segment: number
}

/** The whole history of a work package while its events are applied one by one, in total order. */
export class History implements Sight {
  /** The events that count, in total order: of each import one. */
  readonly counted: readonly LogEvent[]
  /** How many do not. */
  readonly twins: number
  readonly #streams: readonly Stream<LogEvent>[]
  readonly #linear: boolean
  /** Collected only where a note is taken back. */
  readonly #notes: Set<string> | undefined
  #places: ReadonlyMap<string, Place> | undefined

  /** @param own distinct, in total order */
  constructor(own: readonly LogEvent[], streams: readonly Stream<LogEvent>[]) {
    this.#streams = streams
    this.#linear = streams.every((stream) => stream.linear)
    this.twins = streams.reduce((sum, { originalOf }) => sum + originalOf.size, 0)
    this.counted =
      this.twins === 0
        ? own
        : own.filter(({ event_id }) => !streams.some(({ originalOf }) => originalOf.has(event_id)))
    this.#notes = own.some(({ event_type }) => event_type === 'NoteRetracted') ? new Set() : undefined
  }

  hasSeen(event: LogEvent, earlier: string): boolean {
    if (this.#linear) return true
    this.#places ??= placesOf(this.#streams)
    const [from, to] = [this.#places.get(earlier), this.#places.get(event.event_id)]
    if (from === undefined || to === undefined || from.stream !== to.stream) return false
    if (from.segment !== to.segment) return from.index < to.index
    return reaches(to.stream.parents, to.index, from.index)
  }

  originalOf(id: string): string {
    for (const { originalOf } of this.#streams) {
      const original = originalOf.get(id)
      if (original !== undefined) return original
    }
    return id
  }

  isNote(id: string): boolean {
    return this.#notes?.has(id) === true
  }

  /** Notes that an event was applied. */
  passed(event: LogEvent): void {
    if (this.#notes === undefined || !isKittyEvent(event)) return
    if (event.event_type === 'NoteAdded') this.#notes.add(event.event_id)
  }
}

function placesOf(streams: readonly Stream<LogEvent>[]): Map<string, Place> {
  const places = new Map<string, Place>()
  for (const stream of streams) {
    const { segmentOf } = cutSegments(stream.parents)
    stream.events.forEach(({ event_id }, index) =>
      places.set(event_id, { stream, index, segment: segmentOf[index] ?? 0 }),
    )
  }
  return places
}
