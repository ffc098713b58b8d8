import { closeSync } from 'node:fs'
import { isKittyError } from '../errors/kitty-error.js'
import { parseEventId } from '../events-lib.js'
import { Append } from '../files/append-file.js'
import { KnownIds } from './known-ids.js'
import { openToRead, readFully } from '../files/open-file.js'

const LF = 0x0a
const CHUNK_BYTES = 64 * 1024

/** Where a stream begins. */
export type StreamStart = 'start' | 'end' | { readonly after: string }

interface Entry {
  readonly id: string
  /** Byte behind the entry's line. */
  readonly end: number
}

/**
 * In which order events became visible on this machine: one id a line, appended by whoever follows the log and meets
 * an event that has no place yet. Everybody goes by the first place of an id, so that two streams that meet the same
 * event at once agree without a lock: O_APPEND puts one of them first (open(2)). What a merge brings is older by its
 * clock and yet comes later here, which is what makes a stream resumable. Derived: without the file the order is the
 * total order. docs/following.md.
 */
export class ArrivalOrder {
  readonly #known = new KnownIds()
  /** Ends of lines that name an id again. */
  readonly #again = new Set<number>()
  #loaded = 0
  #cursor = 0
  /** Ids that could not be written: they have their place in this stream alone. */
  #unwritten: string[] = []

  constructor(private readonly path: string) {
    this.load()
  }

  has(id: string): boolean {
    return this.#known.has(id)
  }

  /** Takes up what others have written. @throws KittyError when there is something that cannot be read. */
  load(): void {
    for (const { id, end } of this.#entries(this.#loaded)) {
      if (this.#known.has(id)) this.#again.add(end)
      this.#known.add(id)
      this.#loaded = end
    }
  }

  /** Gives those ids a place that have none, in the order given. @returns a warning where nothing can be written */
  record(ids: readonly string[]): string | undefined {
    const fresh = [...new Set(ids)].filter((id) => !this.#known.has(id))
    if (fresh.length === 0) return undefined
    try {
      this.#append(fresh)
      this.load()
    } catch (error) {
      if (!isKittyError(error)) throw error
      this.#keep(fresh)
      return `The order in which events arrive cannot be kept, so that a stream resumed later goes by the clock: ${error.message}`
    }
    // Nothing is left to keep unless somebody deleted the file meanwhile.
    this.#keep(fresh.filter((id) => !this.#known.has(id)))
    return undefined
  }

  #keep(ids: readonly string[]): void {
    for (const id of ids) this.#known.add(id)
    this.#unwritten.push(...ids)
  }

  /** Moves to a place in the order. @returns false when the event has none */
  seek(start: StreamStart): boolean {
    this.#unwritten = []
    if (typeof start === 'string') {
      this.#cursor = start === 'start' ? 0 : this.#loaded
      return true
    }
    for (const { id, end } of this.#entries(0)) {
      if (id !== start.after) continue
      this.#cursor = end
      return true
    }
    return false
  }

  /** The next ids in the order, at most `most`; none at its end. */
  next(most: number): string[] {
    const ids: string[] = []
    if (this.#cursor < this.#loaded) {
      for (const { id, end } of this.#entries(this.#cursor)) {
        this.#cursor = end
        if (!this.#again.has(end)) ids.push(id)
        if (ids.length === most || end >= this.#loaded) break
      }
      if (ids.length > 0) return ids
    }
    return this.#unwritten.splice(0, most)
  }

  #append(ids: readonly string[]): void {
    const append = Append.open(this.path, true)
    try {
      // Not cut back when it fails: what stands behind it by then may be somebody else's.
      append.write(Buffer.from(`${ids.join('\n')}\n`, 'latin1'))
    } finally {
      append.close()
    }
  }

  /** Whole lines from a byte on; a line that is no id, as a crash may leave it, is passed over. */
  *#entries(from: number): Generator<Entry> {
    const open = openToRead(this.path)
    if (open === undefined) return
    try {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
      for (let at = from; ;) {
        const chunk = buffer.subarray(0, readFully(open.fd, buffer, 0, CHUNK_BYTES, at))
        const whole = chunk.lastIndexOf(LF) + 1
        if (whole === 0) return
        for (let start = 0; start < whole;) {
          const end = chunk.indexOf(LF, start)
          const id = parseEventId(chunk.toString('latin1', start, end))
          start = end + 1
          if (id !== undefined) yield { id, end: at + start }
        }
        at += whole
      }
    } finally {
      closeSync(open.fd)
    }
  }
}
