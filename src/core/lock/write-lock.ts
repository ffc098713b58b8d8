import { token } from '../token.js'

/** Who holds the lock, according to the holder itself: for messages, never for decisions. */
export interface Holder {
  readonly pid: number
  readonly purpose: string
  /** RFC 3339 UTC. */
  readonly since: string
}

/** The single lock that every writer holds. The kernel releases it when the holder dies. */
export interface WriteLock {
  /**
   * @param purpose what the lock is for, shown to waiting processes
   * @throws KittyError LockTimeout (held for longer than the wait), LockUnavailable (no kernel locks here)
   */
  acquire(purpose: string): Promise<HeldLock>
  /**
   * Who holds the lock now: `elsewhere` for a holder on another machine or in another container; `unknown` when the
   * holder left no record; undefined when the lock is free.
   * @throws KittyError LockUnavailable, UnsafeSetup, NotWritable: no command could take it
   */
  holder(): Holder | 'elsewhere' | 'unknown' | undefined
  /** Closes the file that `releaseForNow` left open. */
  close(): void
}

export const WriteLock = token<WriteLock>('WriteLock')

/**
 * Returns a separate lock for one purpose. The name must be valid as a file name.
 * @param ms how long to wait for it; by default, as long as for the write lock
 */
export type LockOf = (name: string, ms?: number) => WriteLock

export const LockOf = token<LockOf>('LockOf')

export interface HeldLock {
  release(): void
  /**
   * Releases the lock but leaves the file open for this lock's next `acquire`. The caller must close the lock later.
   */
  releaseForNow(): void
}
