import { systemCode } from '../errors/kitty-error.js'
import { requireFromHere } from '../root.js'

/** The kernel's advisory locks as fs-native-extensions binds them: open file description locks on Linux (fcntl(2)). */
export interface LockBinding {
  /** @throws an error with code EAGAIN when another process holds the lock */
  tryLock(fd: number, offset: number, length: number, exclusive: boolean): void
  unlock(fd: number, offset: number, length: number): void
}

interface LockPackage {
  tryLock(fd: number, offset: number, length: number, options: { shared: boolean }): boolean
  unlock(fd: number, offset: number, length: number): void
}

/** Loads the binding. Tries its usual path first: the package's own loader is slow to find it. */
export function loadLockBinding(require: (id: string) => unknown = requireFromHere): LockBinding {
  const place = `fs-native-extensions/prebuilds/${process.platform}-${process.arch}/fs-native-extensions.node`
  try {
    // Cast: a native module has no types; the package's own index.js calls these functions.
    return require(place) as LockBinding
  } catch {
    return overPackage(require('fs-native-extensions') as LockPackage)
  }
}

function overPackage(locks: LockPackage): LockBinding {
  return {
    tryLock(fd, offset, length, exclusive) {
      if (!locks.tryLock(fd, offset, length, { shared: !exclusive }))
        throw Object.assign(new Error('locked'), { code: 'EAGAIN' })
    },
    unlock: (fd, offset, length) => {
      locks.unlock(fd, offset, length)
    },
  }
}

/** True when the error says that another process holds the lock (fcntl(2), F_OFD_SETLK: either code). */
export function isHeld(error: unknown): boolean {
  const code = systemCode(error)
  return code === 'EAGAIN' || code === 'EACCES' || code === 'EBUSY'
}
