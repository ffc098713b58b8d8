import { closeSync, constants } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { keepPrivate, type SharedPermissions } from './private-file.js'
import { KernelLock, loadLockBinding, NoLocksHere } from '../platform/kernel-lock.js'
import { IndexUnusable } from '../index/index-unusable.js'
import { openRegular } from '../platform/open-regular.js'

const WAIT_MS = 2_000
const POLL_MS = 5

/**
 * Keeps the index file from being replaced while a process has it open: SQLite finds a database's side files by name,
 * and would mix the old database's with the new one's (sqlite.org/howtocorrupt.html, "Unlinking or renaming a database
 * file while in use"). Every process that opens the index shares the guard; one that replaces it holds the guard
 * exclusively.
 */
export class FileGuard {
  constructor(
    readonly privateDir: string,
    private readonly permissions: SharedPermissions = () => 0,
  ) {}

  /**
   * @returns a function that releases the guard
   * @throws IndexUnusable `busy` while the file is being replaced
   */
  shared(): () => void {
    return this.#lock(false)
  }

  /**
   * Runs `work` while no process has the index open.
   * @throws IndexUnusable `busy` when a process keeps it open for too long
   */
  exclusively(work: () => void): void {
    const release = this.#lock(true)
    try {
      work()
    } finally {
      release()
    }
  }

  #lock(exclusive: boolean): () => void {
    const fd = this.#open()
    if (fd === undefined) return () => undefined
    let isOpen = true
    const release = (): void => {
      // Closing releases the lock. Close only once: the descriptor number may belong to another file afterwards.
      if (isOpen) closeSync(fd)
      isOpen = false
    }
    try {
      const lock = kernelLock()
      const deadline = process.uptime() + WAIT_MS / 1000
      while (lock !== undefined && !isTaken(lock, fd, exclusive)) {
        if (process.uptime() > deadline)
          throw new IndexUnusable('busy', 'the index is in use by another process')
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS)
      }
      return release
    } catch (error) {
      release()
      throw error
    }
  }

  /** If we cannot create a lock file, we cannot write anything, so no process can replace the index either. */
  #open(): number | undefined {
    try {
      const path = join(this.privateDir, 'index-guard')
      const fd = openRegular(path, constants.O_RDWR | constants.O_CREAT, 0o600)
      keepPrivate(fd, path, this.permissions)
      return fd
    } catch (error) {
      const code = systemCode(error)
      if (code === undefined) throw error
      // On Windows a scanner keeps the file from us, and not from the process that replaces the index.
      if (code === 'EBUSY')
        throw new IndexUnusable('busy', 'the index is in use by another process', { cause: error })
      return undefined
    }
  }
}

/** Undefined without the native module: no write is allowed then, so nothing is replaced. */
function kernelLock(): KernelLock | undefined {
  try {
    return new KernelLock(loadLockBinding())
  } catch {
    return undefined
  }
}

/** @throws IndexUnusable `denied` for what is neither an answer nor a file system without locks. */
function isTaken(lock: KernelLock, fd: number, exclusive: boolean): boolean {
  try {
    return lock.tryLock(fd, exclusive ? 'exclusive' : 'shared')
  } catch (error) {
    // No write is allowed there, so nothing is replaced.
    if (error instanceof NoLocksHere) return true
    const code = systemCode(error)
    if (code === undefined) throw error
    throw new IndexUnusable('denied', `the index's guard cannot be locked (${code})`, { cause: error })
  }
}
