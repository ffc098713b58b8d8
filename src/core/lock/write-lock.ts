import { token } from '../token.js'

/** Who holds the lock, as it says itself: for messages, never for decisions. */
export interface Holder {
  readonly pid: number
  readonly purpose: string
  /** RFC 3339 UTC. */
  readonly since: string
}

/** The one lock: whoever writes holds it. Dies with its holder. */
export interface WriteLock {
  /**
   * @param purpose What for, told to whoever waits.
   * @throws KittyError LockTimeout (held for longer than the wait), LockUnavailable (no kernel locks here).
   */
  acquire(purpose: string): Promise<HeldLock>
  /**
   * Who holds it at this moment; `elsewhere` on another machine or in another container; `unknown` when the holder has
   * not said; undefined when it is free.
   * @throws KittyError LockUnavailable, UnsafeSetup, NotWritable: no command could take it.
   */
  holder(): Holder | 'elsewhere' | 'unknown' | undefined
  /** Closes the file that `releaseForNow` left open. */
  close(): void
}

export const WriteLock = token<WriteLock>('WriteLock')

/** A lock of its own for one thing, by a name that may be a file's. */
export type LockOf = (name: string) => WriteLock

export const LockOf = token<LockOf>('LockOf')

export interface HeldLock {
  release(): void
  /** Leaves the file open, so that this lock's next `acquire` need not open it; whoever asks for this closes the lock. */
  releaseForNow(): void
}
