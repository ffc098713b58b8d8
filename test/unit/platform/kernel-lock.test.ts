import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tryLocks } from '../../../src/core/lock/try-locks.js'
import {
  KernelLock,
  type LockBinding,
  loadLockBinding,
  NoLocksHere,
} from '../../../src/core/platform/kernel-lock.js'
import { tempFolder } from '../../support/temp-folder.js'

const require = createRequire(import.meta.url)
const real = loadLockBinding(require)

function failing(code: string): LockBinding {
  const fail = (): never => {
    throw Object.assign(new Error(code), { code })
  }
  return { tryLock: fail, unlock: fail }
}

/** As fs-native-extensions is on macOS: the whole file or EINVAL. */
const macos: LockBinding = {
  tryLock: (fd, offset, length, exclusive) => {
    if (offset !== 0 || length !== 0) return failing('EINVAL').tryLock(fd, offset, length, exclusive)
    real.tryLock(fd, offset, length, exclusive)
  },
  unlock: (fd, offset, length) => {
    if (offset !== 0 || length !== 0) failing('EINVAL').unlock(fd, offset, length)
    else real.unlock(fd, offset, length)
  },
}

/** As on Windows: what is locked cannot be read by others, so that nothing near the file's content may be. */
const windows: LockBinding = {
  tryLock: (fd, offset, length, exclusive) => {
    expect(offset).toBeGreaterThan(1024 * 1024)
    expect(length).toBe(1)
    real.tryLock(fd, offset, length, exclusive)
  },
  unlock: (fd, offset, length) => {
    expect([offset > 0, length]).toEqual([true, 1])
    real.unlock(fd, offset, length)
  },
}

describe.each([
  ['this system', process.platform, real],
  ['macOS, faked', 'darwin', macos],
  ['Windows, faked', 'win32', windows],
] as const)('the kernel lock on %s', (_, platform, binding) => {
  const lock = new KernelLock(binding, platform)

  function withTwo(work: (one: number, other: number) => void): void {
    const path = join(tempFolder(), 'file')
    writeFileSync(path, 'content')
    const [one, other] = [openSync(path, 'r+'), openSync(path, 'r+')]
    try {
      work(one, other)
      expect(readFileSync(path, 'utf8')).toBe('content')
    } finally {
      closeSync(one)
      closeSync(other)
    }
  }

  it('belongs to one descriptor at a time, until that lets go', () => {
    withTwo((one, other) => {
      expect(lock.tryLock(one, 'exclusive')).toBe(true)
      expect(lock.tryLock(other, 'exclusive')).toBe(false)
      expect(lock.tryLock(other, 'shared')).toBe(false)
      lock.unlock(one)
      expect(lock.tryLock(other, 'exclusive')).toBe(true)
    })
  })

  it('is shared by those who want it shared', () => {
    withTwo((one, other) => {
      expect(lock.tryLock(one, 'shared')).toBe(true)
      expect(lock.tryLock(other, 'shared')).toBe(true)
      lock.unlock(one)
      expect(lock.tryLock(one, 'exclusive')).toBe(false)
    })
  })
})

describe('the kernel lock’s errors', () => {
  const tried = (code: string) => (): unknown => new KernelLock(failing(code)).tryLock(0, 'exclusive')

  it.each(['EAGAIN', 'EACCES', 'EBUSY', 'EINTR'])('%s means that someone else has it', (code) => {
    expect(tried(code)()).toBe(false)
  })

  // libuv has no name for ENOLCK, and the binding asks it for one.
  const UNNAMED = `Unknown system error -${constants.errno.ENOLCK}`
  it.each(['ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'ENOLCK', UNNAMED, 'EROFS'])(
    '%s means that there are none here',
    (code) => {
      expect(tried(code)).toThrow(NoLocksHere)
    },
  )

  it.each(['EINVAL', 'EBADF', 'EIO', 'Unknown system error -9999'])(
    '%s is a defect, not an answer',
    (code) => {
      expect(tried(code)).toThrow(code)
      expect(tried(code)).not.toThrow(NoLocksHere)
    },
  )
})

describe('tryLocks', () => {
  it('takes and releases a lock, and leaves nothing behind', () => {
    expect(tryLocks(tempFolder())).toEqual({ state: 'works' })
  })

  it('tells a missing module, a file system without locks and a folder that cannot be written', () => {
    const folder = tempFolder()
    const missing = (): never => {
      throw new Error('no binding\nat x')
    }
    expect(tryLocks(folder, missing)).toEqual({ state: 'no module', reason: 'no binding' })
    expect(tryLocks(folder, () => failing('ENOLCK'))).toMatchObject({ state: 'no locks' })
    expect(tryLocks(folder, () => failing('EINVAL'))).toMatchObject({ state: 'no locks', reason: 'EINVAL' })
    expect(tryLocks(folder, () => ({ tryLock: () => undefined, unlock: () => undefined }))).toMatchObject({
      state: 'no locks',
    })
    expect(tryLocks(join(folder, 'missing'))).toMatchObject({ state: 'not writable', reason: 'ENOENT' })
  })
})
