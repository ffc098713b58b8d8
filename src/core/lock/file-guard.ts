import { closeSync, constants, openSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { keepPrivate, type SharedPermissions } from './private-file.js'
import { isHeld, loadLockBinding } from './lock-binding.js'
import { IndexUnusable } from '../index/event-index.js'

const WAIT_MS = 2_000
const POLL_MS = 5

/**
 * Keeps the index file from being replaced while somebody has it open: SQLite finds the files beside a database by
 * its name, and would mix the old one's with the new one's (sqlite.org/howtocorrupt.html, "Unlinking or renaming a
 * database file while in use"). Everyone who opens the index shares the guard; whoever replaces it has it alone.
 */
export class FileGuard {
  constructor(
    readonly privateDir: string,
    private readonly permissions: SharedPermissions = () => 0,
  ) {}

  /** @returns what lets go again. @throws IndexUnusable `busy` while the file is being replaced. */
  shared(): () => void {
    return this.#lock(false)
  }

  /** Runs `work` while nobody has the index open. @throws IndexUnusable `busy` when somebody keeps it for too long. */
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
      // Closing is what lets go, and only once: the number may belong to another file by then.
      if (isOpen) closeSync(fd)
      isOpen = false
    }
    try {
      const binding = loadLockBinding()
      const deadline = process.uptime() + WAIT_MS / 1000
      while (!tryLock(() => binding.tryLock(fd, 0, 1, exclusive))) {
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

  /** Where no lock file can be had nothing can be written either, and nobody replaces the index. */
  #open(): number | undefined {
    try {
      const path = join(this.privateDir, 'index-guard')
      const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
      keepPrivate(fd, path, this.permissions)
      return fd
    } catch (error) {
      if (systemCode(error) === undefined) throw error
      return undefined
    }
  }
}

function tryLock(attempt: () => void): boolean {
  try {
    attempt()
    return true
  } catch (error) {
    if (isHeld(error)) return false
    // No locks on this file system, or no native module: no write is allowed there, so nothing is replaced.
    return true
  }
}
