import { rmSync } from 'node:fs'
import { type HeldOptions, onceFree } from './once-free.js'

/** As Windows answers for a file that is open, for one that goes once it is closed, and for the folder of such a file. */
const HELD: ReadonlySet<string> = new Set(['EPERM', 'EBUSY', 'EACCES', 'ENOTEMPTY'])
/** For what may as well stay until the next command. */
export const AT_ONCE: HeldOptions = { waitMs: 0 }

/**
 * Removes a file, which may be missing. On Windows tries again for up to 2 s while another program has it open.
 * @throws the system's error
 */
export function removeFile(path: string, options?: HeldOptions): void {
  onceFree(
    () => {
      rmSync(path, { force: true })
    },
    { codes: HELD, ...options },
  )
}

/** Removes a folder and what is in it, or a file, as {@link removeFile} does. @throws the system's error */
export function removeTree(path: string, options?: HeldOptions): void {
  onceFree(
    () => {
      rmSync(path, { recursive: true, force: true })
    },
    { codes: HELD, ...options },
  )
}
