import { lstatSync } from 'node:fs'
import type { MergeOptions } from '../../events-lib.js'
import type { EventIndex } from '../event-index.js'
import { foldFingerprint } from './seal.js'
import type { IndexKeep } from '../index-health.js'

/** Half of what a process waits that wants to replace the index file, see FileGuard. */
const KEPT_MS = 1_000

interface Kept {
  readonly index: EventIndex
  readonly place: string
  readonly isExpired: () => boolean
}

/**
 * Keeps the connection of one request open for the next one: opening the file and preparing statements costs more than
 * most answers. No connection lives longer than a second beyond its request, so that other processes can replace the
 * file even while this one is never idle.
 */
export class KeptIndex implements IndexKeep {
  /** Connections of this process, with what they were opened for. */
  readonly #opened = new Map<EventIndex, Kept>()
  #idle: Kept | undefined

  take(path: string, rules: MergeOptions): EventIndex | undefined {
    const kept = this.#idle
    if (kept === undefined || kept.place !== placeOf(path, rules) || kept.isExpired()) return undefined
    this.#idle = undefined
    return kept.index
  }

  opened(index: EventIndex, path: string): void {
    const place = placeOf(path, index.foldRules)
    if (place === undefined) return
    const ends = performance.now() + KEPT_MS
    this.#opened.set(index, { index, place, isExpired: () => performance.now() >= ends })
    setTimeout(() => void this.#expire(index), KEPT_MS).unref()
  }

  async give(index: EventIndex): Promise<void> {
    const kept = this.#opened.get(index)
    if (kept === undefined || kept.isExpired() || this.#idle !== undefined) return this.#close(index)
    this.#idle = kept
  }

  async drop(): Promise<void> {
    if (this.#idle !== undefined) await this.#close(this.#idle.index)
  }

  async #expire(index: EventIndex): Promise<void> {
    if (this.#idle?.index === index) await this.#close(index)
  }

  async #close(index: EventIndex): Promise<void> {
    if (this.#idle?.index === index) this.#idle = undefined
    this.#opened.delete(index)
    // A failed close loses nothing: the index is derived.
    await index.close().catch(() => undefined)
  }
}

/** The file that is there now, and the rules it must follow; undefined if there is none. */
function placeOf(path: string, rules: MergeOptions): string | undefined {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stat && `${path}\n${stat.dev}:${stat.ino}\n${foldFingerprint(rules)}`
}
