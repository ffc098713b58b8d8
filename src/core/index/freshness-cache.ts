import type { LogFile } from '../log/event-log.js'
import type { Freshness } from './event-index.js'

/** How an index stood to these files, at which of SQLite's data versions. */
interface Stood {
  readonly files: readonly LogFile[]
  readonly version: number
  readonly freshness: Freshness
}

/** What one connection last found out of how its index stands, forgotten with its every transaction. */
export class FreshnessCache {
  #stood: Stood | undefined
  /** Odd while a transaction is at work. */
  #turns = 0

  /** Undefined when it was found out for other files, or for the same in another state. */
  of(files: readonly LogFile[]): Stood | undefined {
    return this.#stood !== undefined && areSame(this.#stood.files, files) ? this.#stood : undefined
  }

  /** Before a transaction. @returns what is to be called after it */
  suspend(): () => void {
    this.#turns += 1
    this.#stood = undefined
    return () => {
      this.#turns += 1
    }
  }

  /**
   * Before the index is asked. @returns what takes its answer: unless a transaction was at work meanwhile, for what is
   * seen within one may yet be rolled back.
   */
  whatIsSeenNow(): (stood: Stood) => void {
    const turns = this.#turns
    return (stood) => {
      if (turns === this.#turns && turns % 2 === 0) this.#stood = stood
    }
  }
}

function areSame(some: readonly LogFile[], others: readonly LogFile[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ name, identity, size }, at) => {
      const other = others[at]
      return name === other?.name && identity === other.identity && size === other.size
    })
  )
}
