/** Replacing a file whole: after any crash it holds its old bytes or its new ones, never a part of either. */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { KittyError, systemCode, type ErrorKind } from '../errors/kitty-error.js'

let written = 0

/**
 * Writes `bytes` to a new file next to `path`, syncs it and renames it over `path`, keeping mode and group, and the
 * owner where root acts for someone.
 * @param newMode permissions where there is no file yet, before the umask
 * @param isSynced False for files in such numbers that a sync of each would take longer than all else: a power cut may
 * then leave one empty, as it may with what git checks out.
 * @throws KittyError UnsafeSetup for a link or anything but a regular file, DiskFull or NotWritable otherwise
 */
export function replaceFile(path: string, bytes: Buffer, newMode = 0o644, isSynced = true): void {
  const old = statsOf(path)
  const mode = old === undefined ? undefined : old.mode & 0o7777
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${++written}.tmp`)
  let created = false
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
    const descriptor = openSync(temporary, flags, mode ?? newMode)
    created = true
    writeWhole(descriptor, bytes, old ?? lstatSync(dirname(path)), mode, isSynced)
    renameSync(temporary, path)
    created = false
  } catch (error) {
    throw notWritten(path, error)
  } finally {
    if (created) unlinkSync(temporary)
  }
}

/** @param like the file to replace, or the folder of a new one */
function writeWhole(
  descriptor: number,
  bytes: Buffer,
  like: Stats,
  mode: number | undefined,
  isSynced: boolean,
): void {
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at)
    setPermissions(descriptor, like, mode)
    if (isSynced) fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function setPermissions(descriptor: number, like: Stats, mode: number | undefined): void {
  const now = fstatSync(descriptor)
  const kept = belongsAs(descriptor, now, like, mode !== undefined)
  if (mode === undefined) return
  // Another group's members get what everyone gets, where the group could not be kept.
  const wanted = kept ? mode : (mode & ~0o070) | ((mode & 0o007) << 3)
  // The mask applies to what open was asked for, so the old permissions are set once more.
  if ((now.mode & 0o7777) !== wanted) fchmodSync(descriptor, wanted)
}

/** Gives the new file the owner (as root) and the group of the old one. @returns false where the group stayed another */
function belongsAs(descriptor: number, now: Stats, like: Stats, keepGroup: boolean): boolean {
  const isRoot = process.geteuid?.() === 0
  const uid = isRoot ? like.uid : now.uid
  const gid = isRoot || keepGroup ? like.gid : now.gid
  if (uid === now.uid && gid === now.gid) return true
  try {
    fchownSync(descriptor, uid, gid)
    return true
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return gid === now.gid
  }
}

/** Of the file to replace; undefined when there is none yet. */
function statsOf(path: string): Stats | undefined {
  try {
    const stats = lstatSync(path)
    if (stats.isFile()) return stats
    const what = stats.isSymbolicLink() ? 'a symbolic link' : 'not a regular file'
    throw new KittyError('UnsafeSetup', `${path} is ${what}; nothing was written to it`, {
      nextSteps: ['put a plain file in its place, then run the command again'],
      context: { path },
    })
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    if (systemCode(error) === undefined) throw error
    throw notWritten(path, error)
  }
}

function notWritten(path: string, error: unknown): unknown {
  const code = systemCode(error)
  if (code === undefined) return error
  const full = code === 'ENOSPC' || code === 'EDQUOT'
  const kind: ErrorKind = full ? 'DiskFull' : 'NotWritable'
  return new KittyError(
    kind,
    `${path} was not written (${code})${full ? ': disk full' : ''}; it is as it was`,
    {
      nextSteps: [
        full ? 'free some space, then run the command again' : `check the permissions of ${dirname(path)}`,
      ],
      context: { path, code },
      cause: error,
    },
  )
}
