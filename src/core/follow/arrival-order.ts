import { closeSync, lstatSync } from 'node:fs'
import { isKittyError } from '../errors/kitty-error.js'
import { Append } from '../files/append-file.js'
import { openToRead, readFully } from '../files/open-file.js'
import { idLine, idOfLine } from '../log/format/id-line.js'
import { KnownIds } from './known-ids.js'

const LF = 0x0a
const CHUNK_BYTES = 64 * 1024

/** Where a stream begins. */
export type StreamStart = 'start' | 'end' | { readonly after: string }

interface Entry {
  readonly id: string
  /** Byte after the entry's line. */
  readonly end: number
}

/**
 * The order in which events became visible on this machine: one {@link idLine} per event, appended by any follower that
 * meets an event without a place. Every follower uses the first place of an ID, so two streams that meet the same event
 * concurrently agree without a lock: O_APPEND puts one of them first (open(2)). Events from a merge are older by their
 * clock and yet come later here, which is what makes a stream resumable. Derived: without the file, the order is the
 * total order. See docs/following.md.
 */
export class ArrivalOrder {
  readonly #known = new KnownIds()
  /** Ends of lines that repeat an ID. */
  readonly #again = new Set<number>()
  #loaded = 0
  #cursor = 0
  /** IDs that could not be written: their places are behind the file's, and only for this process. */
  readonly #unwritten: string[] = []
  #unwrittenCursor = 0

  constructor(private readonly path: string) {
    this.load()
  }

  /** False once someone has deleted or cut the file since it was loaded. */
  isSameFile(): boolean {
    return this.#loaded <= (lstatSync(this.path, { throwIfNoEntry: false })?.size ?? 0)
  }

  has(id: string): boolean {
    return this.#known.has(id)
  }

  /** Loads what other followers have written. @throws KittyError if the file cannot be read. */
  load(): void {
    for (const { id, end } of this.#entries(this.#loaded)) {
      if (this.#known.has(id)) this.#again.add(end)
      this.#known.add(id)
      this.#loaded = end
    }
  }

  /** Gives a place to each ID that has none, in the given order. @returns a warning if they cannot be written */
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
    // Empty unless someone deleted the file in the meantime.
    this.#keep(fresh.filter((id) => !this.#known.has(id)))
    return undefined
  }

  #keep(ids: readonly string[]): void {
    for (const id of ids) this.#known.add(id)
    this.#unwritten.push(...ids)
  }

  /** Moves to a place in the order. @returns false if the event has no place */
  seek(start: StreamStart): boolean {
    if (start === 'start') return this.#moveTo(0, 0)
    if (start === 'end') return this.#moveTo(this.#loaded, this.#unwritten.length)
    if (!this.#known.has(start.after)) return false
    const end = this.#endOf(start.after)
    if (end !== undefined) return this.#moveTo(end, 0)
    const place = this.#unwritten.indexOf(start.after)
    return place >= 0 && this.#moveTo(this.#loaded, place + 1)
  }

  #moveTo(cursor: number, unwrittenCursor: number): true {
    this.#cursor = cursor
    this.#unwrittenCursor = unwrittenCursor
    return true
  }

  /** The end of an ID's first line. Reads backward, since streams mostly resume near the end. */
  #endOf(id: string): number | undefined {
    const open = openToRead(this.path)
    if (open === undefined) return undefined
    const line = Buffer.from(`${idLine(id)}\n`)
    try {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
      for (let end = this.#loaded; end > 0;) {
        const start = Math.max(0, end - CHUNK_BYTES)
        const chunk = buffer.subarray(0, readFully(open.fd, buffer, 0, end - start, start))
        for (
          let at = chunk.lastIndexOf(line);
          at >= 0;
          at = at === 0 ? -1 : chunk.lastIndexOf(line, at - 1)
        ) {
          const place = start + at + line.length
          const isLine = at === 0 ? start === 0 : chunk[at - 1] === LF
          if (isLine && !this.#again.has(place)) return place
        }
        if (start === 0) return undefined
        // The next chunk ends with the line that may begin in it.
        end = start + line.length
      }
      return undefined
    } finally {
      closeSync(open.fd)
    }
  }

  /** Returns the next IDs in the order, up to `most`; empty at its end. */
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
    const unwritten = this.#unwritten.slice(this.#unwrittenCursor, this.#unwrittenCursor + most)
    this.#unwrittenCursor += unwritten.length
    return unwritten
  }

  #append(ids: readonly string[]): void {
    const append = Append.open(this.path, true)
    try {
      // Don't cut it back on failure: what follows by then may be another follower's.
      append.write(Buffer.from(ids.map((id) => `${idLine(id)}\n`).join('')))
    } finally {
      append.close()
    }
  }

  /**
   * Yields the entries from whole lines, starting at a byte offset. Skips a line that is not an ID, of any length: a power
   * cut may leave a megabyte of zeros.
   */
  *#entries(from: number): Generator<Entry> {
    const open = openToRead(this.path)
    if (open === undefined) return
    try {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
      let isWithinLine = false
      for (let at = from; ;) {
        const chunk = buffer.subarray(0, readFully(open.fd, buffer, 0, CHUNK_BYTES, at))
        const whole = chunk.lastIndexOf(LF) + 1
        if (whole === 0 && chunk.length < CHUNK_BYTES) return
        for (let start = 0; start < whole;) {
          const end = chunk.indexOf(LF, start)
          const id = isWithinLine ? undefined : idOfLine(chunk.toString('utf8', start, end))
          isWithinLine = false
          start = end + 1
          if (id !== undefined) yield { id, end: at + start }
        }
        // A whole chunk without a line end is longer than any ID: the rest of that line is none either.
        isWithinLine = whole === 0
        at += whole === 0 ? chunk.length : whole
      }
    } finally {
      closeSync(open.fd)
    }
  }
}
