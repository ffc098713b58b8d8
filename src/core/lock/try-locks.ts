import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { KernelLock, type LockBinding, loadLockBinding } from '../platform/kernel-lock.js'
import { ownName } from '../platform/own-name.js'
import { removeFile } from '../platform/remove-path.js'

export type LocksFound =
  | { readonly state: 'works' }
  | { readonly state: 'not writable' | 'no module' | 'no locks'; readonly reason: string }

/** Tries out in a folder what the program relies on: of two descriptors of one file, one has the lock. */
export function tryLocks(folder: string, load: () => LockBinding = loadLockBinding): LocksFound {
  let lock: KernelLock
  try {
    lock = new KernelLock(load())
  } catch (error) {
    return { state: 'no module', reason: firstLine(error) }
  }
  const path = join(folder, `kitty-lock-test-${ownName()}`)
  const open: number[] = []
  try {
    open.push(openSync(path, 'wx+'), openSync(path, 'r+'))
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    close(open, path)
    return { state: 'not writable', reason: systemCode(error) ?? '' }
  }
  try {
    return excludes(lock, open)
      ? { state: 'works' }
      : { state: 'no locks', reason: 'two held it concurrently' }
  } catch (error) {
    return { state: 'no locks', reason: firstLine(error) }
  } finally {
    close(open, path)
  }
}

function excludes(lock: KernelLock, [one = -1, other = -1]: readonly number[]): boolean {
  if (!lock.tryLock(one, 'exclusive') || lock.tryLock(other, 'exclusive')) return false
  lock.unlock(one)
  return lock.tryLock(other, 'exclusive')
}

function close(open: readonly number[], path: string): void {
  for (const fd of open) closeSync(fd)
  removeFile(path)
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''
}
