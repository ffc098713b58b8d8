import { closeSync, constants, fstatSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { KittyError, systemCode } from '../errors/kitty-error.js'
import { assertPlainFile } from '../files/assert-safe.js'
import type { HeldLock, Holder, WriteLock } from './write-lock.js'
import { readHolder, readRecord, writeHolder } from './holder-record.js'
import { notOurs, timedOut, unavailable } from './lock-refusals.js'
import { LockWait } from './lock-wait.js'
import { keepPrivate, makePrivateFolder, type SharedPermissions } from './private-file.js'
import { KernelLock, loadLockBinding, type LockBinding, NoLocksHere } from '../platform/kernel-lock.js'
import { identityAt, type WhichFile } from '../files/open-file.js'
import { storageError } from '../files/storage-error.js'
import { shownVariable } from '../errors/next-step.js'
import { openRegular } from '../platform/open-regular.js'

const DEFAULT_TIMEOUT_MS = 10_000

interface LockFile {
  readonly fd: number
  readonly which: WhichFile
}

/**
 * How long to wait for one holder, from KITTY_LOCK_TIMEOUT_MS.
 * @param unset milliseconds without it
 * @throws KittyError UsageError
 */
export function lockTimeout(
  env: Readonly<Record<string, string | undefined>>,
  unset = DEFAULT_TIMEOUT_MS,
): number {
  const text = env['KITTY_LOCK_TIMEOUT_MS']
  if (text === undefined || text === '') return unset
  if (/^[0-9]{1,9}$/.test(text)) return Number(text)
  throw new KittyError(
    'UsageError',
    `KITTY_LOCK_TIMEOUT_MS is ${JSON.stringify(text)}, which is not a number of milliseconds.`,
    {
      nextSteps: shownVariable('KITTY_LOCK_TIMEOUT_MS', '10000', 'or unset it'),
      context: { value: text },
    },
  )
}

export class FileLock implements WriteLock {
  private kernel: KernelLock | undefined
  /** Left open but not locked. `acquire` takes it away: two calls with one descriptor would not exclude each other. */
  private left: LockFile | undefined

  constructor(
    private readonly path: string,
    private readonly timeoutMs: number,
    private readonly load: () => LockBinding = loadLockBinding,
    private readonly shared: SharedPermissions = () => 0,
  ) {}

  async acquire(purpose: string): Promise<HeldLock> {
    const kernel = this.kernelOrRefusal()
    let file = this.left ?? this.open()
    this.left = undefined
    let wait: LockWait | undefined
    try {
      for (let attempt = 0; ; attempt += 1) {
        if (this.tryLock(kernel, file.fd)) {
          if (identityAt(this.path, file.which) !== undefined) break
          // Someone deleted and recreated the file: no other process would wait for a lock on the old one.
          const stale = file
          file = this.open()
          closeSync(stale.fd)
          if (attempt === 0) continue
        }
        wait ??= new LockWait(this.timeoutMs, () => readRecord(file.fd))
        const ms = wait.next()
        if (ms === undefined) throw timedOut(this.path, readHolder(file.fd), wait)
        await pause(ms)
      }
      writeHolder(file.fd, purpose)
    } catch (error) {
      closeSync(file.fd)
      throw error
    }
    return this.held(kernel, file)
  }

  holder(): Holder | 'elsewhere' | 'unknown' | undefined {
    const kernel = this.kernelOrRefusal()
    // Querying must not create a lock file where nothing was ever locked.
    if (statSync(this.path, { throwIfNoEntry: false }) === undefined) return undefined
    const { fd } = this.open()
    try {
      if (!this.tryLock(kernel, fd)) return readHolder(fd) ?? 'unknown'
      kernel.unlock(fd)
      return undefined
    } finally {
      closeSync(fd)
    }
  }

  close(): void {
    const { left } = this
    this.left = undefined
    if (left !== undefined) closeSync(left.fd)
  }

  private held(kernel: KernelLock, file: LockFile): HeldLock {
    let isHeldNow = true
    const letGo = (): boolean => {
      // Only once: the second time, the descriptor number may belong to another file.
      if (!isHeldNow) return false
      isHeldNow = false
      try {
        // Unlock explicitly: a child process may hold a copy of the descriptor.
        kernel.unlock(file.fd)
      } catch (error) {
        closeSync(file.fd)
        throw error
      }
      return true
    }
    return {
      release: () => {
        if (letGo()) closeSync(file.fd)
      },
      releaseForNow: () => {
        if (!letGo()) return
        this.close()
        this.left = file
      },
    }
  }

  private kernelOrRefusal(): KernelLock {
    try {
      return (this.kernel ??= new KernelLock(this.load()))
    } catch (error) {
      const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error)
      throw unavailable(
        this.path,
        `the native module fs-native-extensions cannot be loaded (${reason})`,
        error,
      )
    }
  }

  private tryLock(kernel: KernelLock, fd: number): boolean {
    try {
      return kernel.tryLock(fd, 'exclusive')
    } catch (error) {
      const reason = error instanceof NoLocksHere ? error.message : `the lock answers ${String(error)}`
      throw unavailable(this.path, reason, error)
    }
  }

  private open(): LockFile {
    const flags = constants.O_RDWR | constants.O_CREAT
    let fd: number
    try {
      fd = openMakingFolder(this.path, flags)
    } catch (error) {
      throw notOurs(error, this.path) ?? storageError(error, this.path, 'not stored')
    }
    try {
      const stats = fstatSync(fd, { bigint: true })
      assertPlainFile(this.path, stats)
      keepPrivate(fd, this.path, this.shared)
      return { fd, which: stats }
    } catch (error) {
      closeSync(fd)
      throw error
    }
  }
}

function openMakingFolder(path: string, flags: number): number {
  try {
    return openRegular(path, flags, 0o600)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error
    makePrivateFolder(dirname(path))
    return openRegular(path, flags, 0o600)
  }
}

/** Timers only count whole milliseconds. For shorter waits, block the thread, then let other tasks run. */
async function pause(ms: number): Promise<void> {
  if (ms >= 1) return sleep(ms)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  return new Promise((resolve) => setImmediate(resolve))
}
