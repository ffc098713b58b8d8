import type { LogFile } from '../../log/event-log.js'
import type { Freshness } from '../event-index.js'

/** How an index compared to these files, and SQLite's data version at that time. */
interface Stood {
  readonly files: readonly LogFile[]
  readonly version: number
  readonly freshness: Freshness
}

/** What one connection last learned about its index's freshness. Every transaction clears it. */
export class FreshnessCache {
  #stood: Stood | undefined
  /** Odd while a transaction is running. */
  #turns = 0

  /** Returns undefined when the cached result is for other files, or for the same files in another state. */
  of(files: readonly LogFile[]): Stood | undefined {
    return this.#stood !== undefined && areSame(this.#stood.files, files) ? this.#stood : undefined
  }

  /**
   * Call before a transaction.
   * @returns a function to call after it
   */
  suspend(): () => void {
    this.#turns += 1
    this.#stood = undefined
    return () => {
      this.#turns += 1
    }
  }

  /**
   * Call before querying the index.
   * @returns a function that stores the result, unless a transaction has run since: what is seen inside a transaction
   * may still be rolled back
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
