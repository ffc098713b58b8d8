import { closeSync, constants, fchmodSync, fsyncSync, lstatSync } from 'node:fs'
import { type BigIntStats } from 'node:fs'
import { discard, identityOf, writeFully } from './open-file.js'
import { storageError } from './storage-error.js'
import { openRegular } from '../platform/open-regular.js'
import { renameSynced } from './rename-synced.js'

/**
 * Replaces a file's content, whole or not at all. The caller holds the lock. Git does not know our lock and may replace
 * the file first, or still be writing it: then we change nothing.
 * @param before the file's status when its content was read
 * @returns false when the path names another file now, or the file has changed
 * @throws KittyError
 */
export function rewriteFile(path: string, chunks: Iterable<Buffer>, before: BigIntStats): boolean {
  // A single name, since only the lock's holder gets here: a crash leaves at most one such file.
  const temporary = `${path}.tmp`
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC
    const fd = openRegular(temporary, flags, Number(before.mode) & 0o777)
    try {
      // The umask reduced the mode passed to open.
      fchmodSync(fd, Number(before.mode) & 0o777)
      for (const bytes of chunks) writeFully(fd, bytes)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    const now = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    // Two writes may share one tick of the file system's clock: compare the size too.
    const isUnchanged =
      now !== undefined && identityOf(now) === identityOf(before) && now.size === before.size
    if (isUnchanged) {
      // Who appends to the new file syncs it, and not its name.
      renameSynced(temporary, path)
    } else discard(temporary)
    return isUnchanged
  } catch (error) {
    discard(temporary)
    throw storageError(error, path, 'not stored')
  }
}
