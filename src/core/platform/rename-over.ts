import { renameSync } from 'node:fs'
import { systemCode } from '../errors/kitty-error.js'
import { type HeldOptions, onceFree } from './once-free.js'

/** On Windows a file cannot be replaced while someone has it open. It gives these codes, two of which mean other things too. */
const HELD: ReadonlySet<string> = new Set(['EPERM', 'EBUSY', 'EACCES'])

export interface RenameOptions extends Omit<HeldOptions, 'codes'> {
  readonly rename?: (from: string, to: string) => void
}

/**
 * Renames a file or a folder, over a file that may be there. On Windows it tries again for up to 2 s while another
 * program has it open; elsewhere that is no obstacle.
 * @throws the system's error; on Windows EBUSY for whatever may mean that it is still in use then. A system error, as
 * elsewhere: a caller that goes on without the file takes it as one.
 */
export function renameOver(
  from: string,
  to: string,
  { platform = process.platform, rename = renameSync, ...options }: RenameOptions = {},
): void {
  try {
    onceFree(
      () => {
        rename(from, to)
      },
      { platform, codes: HELD, ...options },
    )
  } catch (error) {
    throw platform === 'win32' && HELD.has(systemCode(error) ?? '') ? inUse(to, error) : error
  }
}

function inUse(path: string, cause: unknown): Error {
  const error = new Error(`EBUSY: in use by another program, rename '${path}'`, { cause })
  return Object.assign(error, { code: 'EBUSY', syscall: 'rename', path })
}
