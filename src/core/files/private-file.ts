/** Files that only their owner may read: this clone's secrets, in the private folder. */
import { closeSync, constants, fchmodSync, fstatSync, fsyncSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { discard, writeFully } from './open-file.js'
import { storageError } from './storage-error.js'
import { makeFolder } from '../git/shared-folder.js'
import { openRegular } from '../platform/open-regular.js'
import { ownName } from '../platform/own-name.js'
import { renameOver } from '../platform/rename-over.js'
import { removeFile } from '../platform/remove-path.js'
import { renameSynced } from './rename-synced.js'

const OWNER_ONLY = 0o600

/**
 * Writes a new file next to `path` and renames it over `path`, so that no other user can open it at any moment.
 * @param isDurable false for what may be lost, or left empty, when the power fails
 * @param shared permissions for others, as `core.sharedRepository` gives them
 * @throws KittyError NotWritable, DiskFull
 */
export function writePrivateFile(path: string, text: string, isDurable = true, shared = 0): void {
  const temporary = `${path}.${ownName()}.tmp`
  try {
    makeFolder(dirname(path))
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
    const descriptor = openRegular(temporary, flags, OWNER_ONLY)
    try {
      if (shared !== 0) fchmodSync(descriptor, OWNER_ONLY | shared)
      writeFully(descriptor, Buffer.from(text))
      if (isDurable) fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    if (isDurable) renameSynced(temporary, path)
    else renameOver(temporary, path)
  } catch (error) {
    discard(temporary)
    throw storageError(error, path, 'not stored')
  }
}

/**
 * The text of a private file; undefined when it is missing or a link. Makes a file that others could read private.
 * @param shared as for {@link writePrivateFile}
 */
export function readPrivateFile(path: string, shared = 0): string | undefined {
  let descriptor: number
  try {
    descriptor = openRegular(path, constants.O_RDONLY)
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ELOOP') return undefined
    throw storageError(error, path, 'not readable')
  }
  try {
    const text = readFileSync(descriptor, 'utf8')
    keepFromOthers(descriptor, OWNER_ONLY | shared)
    return text
  } catch (error) {
    throw storageError(error, path, 'not readable')
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Empties a file without removing it, so that the next append does not have to sync its name. A power cut may bring its
 * bytes back. A missing file is fine.
 * @throws KittyError NotWritable
 */
export function emptyPrivateFile(path: string): void {
  try {
    closeSync(openRegular(path, constants.O_WRONLY | constants.O_TRUNC))
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw storageError(error, path, 'not stored')
  }
}

export function removePrivateFile(path: string): void {
  removeFile(path)
}

/** Only its owner can: another user that it is shared with leaves it as it is. */
function keepFromOthers(descriptor: number, wanted: number): void {
  const { mode, uid } = fstatSync(descriptor)
  const user = process.geteuid?.()
  if ((mode & 0o777) === wanted || (user !== undefined && user !== 0 && user !== uid)) return
  fchmodSync(descriptor, wanted)
}

/** Whether the file or folder belongs to the user of this process; true where the system has no user IDs. */
export function isOwn(path: string): boolean {
  return process.getuid === undefined || statSync(path).uid === process.getuid()
}
