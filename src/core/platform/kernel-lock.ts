import { systemCode } from '../errors/kitty-error.js'
import { requireFromHere } from '../root.js'

/** The kernel's advisory locks as fs-native-extensions binds them. */
export interface LockBinding {
  /** @throws an error with code EAGAIN, EACCES or EBUSY when someone else holds it. */
  tryLock(fd: number, offset: number, length: number, exclusive: boolean): void
  unlock(fd: number, offset: number, length: number): void
}

interface LockPackage {
  tryLock(fd: number, offset: number, length: number, options: { shared: boolean }): boolean
  unlock(fd: number, offset: number, length: number): void
}

/** There are no locks where the file is: another kind of file system is needed. */
export class NoLocksHere extends Error {
  override readonly name = 'NoLocksHere'
}

/** What systems answer where a file system or the kernel has no locks. */
const NO_LOCKS: ReadonlySet<string> = new Set(['ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'ENOLCK', 'EROFS'])

/** Far behind anything written: on Windows a locked byte cannot be read. */
const WINDOWS_BYTE = 2 ** 30

/**
 * A lock on an open file that belongs to the descriptor and ends with its process. Of the whole file, since macOS has
 * no others (flock(2): the module answers EINVAL to any range); of one byte on Windows, where a lock keeps others from
 * reading what it covers.
 */
export class KernelLock {
  readonly #offset: number
  readonly #length: number

  constructor(
    private readonly binding: LockBinding,
    platform: NodeJS.Platform = process.platform,
  ) {
    const isWindows = platform === 'win32'
    this.#offset = isWindows ? WINDOWS_BYTE : 0
    // 0: up to the end, however far the file grows.
    this.#length = isWindows ? 1 : 0
  }

  /**
   * @returns false while someone else holds it in a way that excludes this.
   * @throws NoLocksHere; the system's error for anything else, which is a defect and no answer.
   */
  tryLock(fd: number, mode: 'shared' | 'exclusive'): boolean {
    try {
      this.binding.tryLock(fd, this.#offset, this.#length, mode === 'exclusive')
      return true
    } catch (error) {
      const code = lockCode(error)
      if (code === 'EAGAIN' || code === 'EACCES' || code === 'EBUSY' || code === 'EINTR') return false
      if (code !== undefined && NO_LOCKS.has(code))
        throw new NoLocksHere(`the file system answers ${code}`, { cause: error })
      throw error
    }
  }

  unlock(fd: number): void {
    this.binding.unlock(fd, this.#offset, this.#length)
  }
}

/** NFS without its lock daemon answers ENOLCK, for which libuv has no name. */
function lockCode(error: unknown): string | undefined {
  const code = systemCode(error)
  const { ENOLCK } = process.getBuiltinModule('node:os').constants.errno
  return code === `Unknown system error -${ENOLCK}` ? 'ENOLCK' : code
}

/** Loads the binding. The package's own loader searches for several milliseconds: its usual place is tried first. */
export function loadLockBinding(require: (id: string) => unknown = requireFromHere): LockBinding {
  const place = `fs-native-extensions/prebuilds/${process.platform}-${process.arch}/fs-native-extensions.node`
  try {
    // A cast, since a native module has no types: this is what the package's own index.js calls.
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
