import { FileLock, lockTimeout } from './file-lock.js'
import type { WriteLock } from './write-lock.js'

/**
 * A lock outside of repositories, where there is no container.
 * @param unset milliseconds to wait for one holder, unless KITTY_LOCK_TIMEOUT_MS says otherwise
 */
export function lockAt(path: string, unset: number): WriteLock {
  return new FileLock(path, lockTimeout(process.env, unset))
}
