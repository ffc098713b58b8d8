import { inject, injectable } from 'inversify'
import { type ErrorKind, isKittyError } from '../../errors/kitty-error.js'
import { type HeldLock, WriteLock } from '../../lock/write-lock.js'

/** Why the lock cannot be had. The first look counts then. */
const WITHOUT_LOCK: ReadonlySet<ErrorKind> = new Set([
  'LockTimeout',
  'LockUnavailable',
  'NotWritable',
  'DiskFull',
  'UnsafeSetup',
])

/**
 * Tells damage from a writer's work half done. A writer leaves things for a moment that a crash leaves for good: half a
 * line, a journal or a clock ahead of the log, a temporary file, a package's file that lacks its new lane.
 */
@injectable()
export class QuietLook {
  constructor(@inject(WriteLock) private readonly lock: WriteLock) {}

  /**
   * Looks without the lock, and if that finds anything once more with the lock held, which is what counts then. Repairs
   * nothing first, as a command that takes the lock to write would.
   * @param look must not take the write lock
   */
  async confirmed<T>(purpose: string, look: () => Promise<T>, isWell: (found: T) => boolean): Promise<T> {
    const found = await look()
    if (isWell(found)) return found
    const held = await this.#held(purpose)
    if (held === undefined) return found
    try {
      return await look()
    } finally {
      held.release()
    }
  }

  async #held(purpose: string): Promise<HeldLock | undefined> {
    try {
      return await this.lock.acquire(purpose)
    } catch (error) {
      if (!isKittyError(error) || !WITHOUT_LOCK.has(error.kind)) throw error
      return undefined
    }
  }
}
