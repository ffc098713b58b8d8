/** Replacing a file whole: after any crash it holds its old bytes or its new ones, never a part of either. */
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { KittyError, systemCode, type ErrorKind } from '../errors/kitty-error.js'

let written = 0

/**
 * Writes `bytes` to a new file beside `path`, syncs it and renames it over `path`, keeping its permissions.
 * @throws KittyError UnsafeSetup for a link or anything but a regular file, DiskFull or NotWritable otherwise
 */
export function replaceFile(path: string, bytes: Buffer): void {
  const mode = modeOf(path)
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${++written}.tmp`)
  let created = false
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
    const descriptor = openSync(temporary, flags, mode ?? 0o666)
    created = true
    writeWhole(descriptor, bytes, mode)
    renameSync(temporary, path)
    created = false
  } catch (error) {
    throw notWritten(path, error)
  } finally {
    if (created) unlinkSync(temporary)
  }
}

function writeWhole(descriptor: number, bytes: Buffer, mode: number | undefined): void {
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at)
    // The mask applies to what open was asked for, so the old permissions are set once more.
    if (mode !== undefined && (fstatSync(descriptor).mode & 0o7777) !== mode) fchmodSync(descriptor, mode)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Permissions of the file to replace; undefined when there is none yet. */
function modeOf(path: string): number | undefined {
  try {
    const stat = lstatSync(path)
    if (stat.isFile()) return stat.mode & 0o7777
    const what = stat.isSymbolicLink() ? 'a symbolic link' : 'not a regular file'
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
