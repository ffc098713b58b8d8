import type { WriteLock } from '../lock/write-lock.js'
import { CallScope } from './call-scope.js'

/** The write lock, held for one call and everything it awaits. */
export class LockScope {
  // Re-entrance belongs to the call, not the store: two calls of one process must still exclude each other.
  readonly #held = new CallScope<true>()

  /** @param isKept whether the file stays open for the next call; closing the lock closes it */
  constructor(
    private readonly lock: WriteLock,
    private readonly isKept: () => boolean,
  ) {}

  /** Whether the current call holds the lock. */
  get isHeld(): boolean {
    return this.#held.get() === true
  }

  /** @throws Error naming the operation when the current call does not hold the lock */
  assertHeld(operation: string): void {
    if (!this.isHeld) throw new Error(`${operation} needs the write lock: call it within exclusively`)
  }

  /** @throws KittyError LockTimeout, LockUnavailable */
  async run<T>(purpose: string, work: () => Promise<T>): Promise<T> {
    const held = await this.lock.acquire(purpose)
    try {
      return await this.#held.run(true, work)
    } finally {
      if (this.isKept()) held.releaseForNow()
      else held.release()
    }
  }
}
