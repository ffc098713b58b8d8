import { chownSync, fchmodSync, fchownSync, fstatSync, lstatSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { makeFolder } from '../git/shared-folder.js'

/** What `core.sharedRepository` adds to a private file's 0600. Called only when a file is new or open to others. */
export type SharedPermissions = () => number

const OWNER_ONLY = 0o600

/**
 * Restricts a lock file to its owner and the users that the repository is shared with: anyone who can read it can hold
 * the lock forever. When root acts for another user, a new file gets the owner of its folder.
 */
export function keepPrivate(fd: number, path: string, shared: SharedPermissions): void {
  const { mode, size, uid } = fstatSync(fd)
  const isFresh = size === 0
  if (!isFresh && (mode & 0o777) === OWNER_ONLY) return
  const wanted = OWNER_ONLY | shared()
  try {
    if ((mode & 0o777) !== wanted) fchmodSync(fd, wanted)
    if (!isFresh || process.geteuid?.() !== 0) return
    const folder = lstatSync(dirname(path))
    if (folder.uid !== uid) fchownSync(fd, folder.uid, folder.gid)
  } catch (error) {
    // Another user's file, or a file system without modes: doctor reports it.
    if (systemCode(error) === undefined) throw error
  }
}

/** Creates the folder of a private file. When root creates it for another user, that user owns it. */
export function makePrivateFolder(folder: string): void {
  const first = makeFolder(folder)
  if (first === undefined || process.geteuid?.() !== 0) return
  const { uid, gid } = lstatSync(dirname(first))
  for (let at = folder; at.startsWith(first); at = dirname(at)) chownSync(at, uid, gid)
}
