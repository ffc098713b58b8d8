/** Replaces a file as a whole: after any crash it holds either its old bytes or its new ones, never a mixture. */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsync,
  fsyncSync,
  lstatSync,
  type Stats,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isKittyError, KittyError, systemCode, type ErrorKind } from '../errors/kitty-error.js'
import { shareNewFile } from '../git/new-file-mode.js'
import { renameOver } from '../platform/rename-over.js'
import { sentence } from '../errors/next-step.js'
import { ownName } from '../platform/own-name.js'
import { openRegular } from '../platform/open-regular.js'
import { discard, writeFully } from './open-file.js'

/**
 * Writes `bytes` to a new file next to `path`, syncs it and renames it over `path`. Keeps mode and group, and the owner
 * when root acts for another user.
 * @param newMode permissions when there is no file yet, before the umask and what `core.sharedRepository` adds
 * @param isSynced false for so many files that syncing each would dominate the cost: a power cut may then leave one
 * empty, as with files that git checks out
 * @throws KittyError UnsafeSetup for a link or anything but a regular file, DiskFull or NotWritable otherwise
 */
export function replaceFile(path: string, bytes: Buffer, newMode = 0o644, isSynced = true): void {
  const replacement = new Replacement(path, bytes, newMode)
  try {
    if (isSynced) replacement.sync()
    replacement.take()
  } finally {
    replacement.discard()
  }
}

/** A file's new content next to it. Always discard it at the end: after `take` nothing is left to discard. */
export class Replacement {
  readonly #temporary: string
  #descriptor: number | undefined
  #isThere = false

  /** Writes the content. @throws KittyError as {@link replaceFile} */
  constructor(
    readonly path: string,
    bytes: Buffer,
    newMode = 0o644,
  ) {
    const old = statsOf(path)
    const mode = old === undefined ? undefined : old.mode & 0o7777
    this.#temporary = join(dirname(path), `.${basename(path)}.${ownName()}.tmp`)
    try {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
      this.#descriptor = openRegular(this.#temporary, flags, mode ?? newMode)
      this.#isThere = true
      if (old === undefined) shareNewFile(this.#descriptor, path)
      this.append(bytes)
      setPermissions(this.#descriptor, old ?? lstatSync(dirname(path)), mode)
    } catch (error) {
      this.discard()
      throw notWritten(path, error)
    }
  }

  /** Adds to the content. @throws KittyError as {@link replaceFile} */
  append(bytes: Buffer): void {
    const descriptor = this.#descriptor
    if (descriptor === undefined) return
    try {
      writeFully(descriptor, bytes)
    } catch (error) {
      throw notWritten(this.path, error)
    }
  }

  /** Puts the content on disk. @throws KittyError as {@link replaceFile} */
  sync(): void {
    try {
      if (this.#descriptor !== undefined) fsyncSync(this.#descriptor)
    } catch (error) {
      throw notWritten(this.path, error)
    }
  }

  /** Like `sync`, next to others: a file system writes the syncs of one moment together. */
  syncBeside(): Promise<void> {
    return new Promise((done, failed) => {
      if (this.#descriptor === undefined) done()
      else
        fsync(this.#descriptor, (error) => {
          if (error === null) done()
          else failed(asError(notWritten(this.path, error)))
        })
    })
  }

  /** Renames the content over the file. @throws KittyError as {@link replaceFile} */
  take(): void {
    try {
      this.#close()
      renameOver(this.#temporary, this.path)
      this.#isThere = false
    } catch (error) {
      throw notWritten(this.path, error)
    }
  }

  discard(): void {
    this.#close()
    if (this.#isThere) discard(this.#temporary)
    this.#isThere = false
  }

  #close(): void {
    const descriptor = this.#descriptor
    this.#descriptor = undefined
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

function setPermissions(descriptor: number, like: Stats, mode: number | undefined): void {
  const now = fstatSync(descriptor)
  const kept = belongsAs(descriptor, now, like, mode !== undefined)
  if (mode === undefined) return
  // If we could not keep the group, give the new group's members only what everyone has.
  const wanted = kept ? mode : (mode & ~0o070) | ((mode & 0o007) << 3)
  // The umask reduced the mode passed to open, so set the old permissions again.
  if ((now.mode & 0o7777) !== wanted) fchmodSync(descriptor, wanted)
}

/**
 * Gives the new file the owner (as root) and the group of the old one.
 * @returns false when the group could not be kept
 */
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

/** Stats the file to replace; returns undefined when there is none yet. */
function statsOf(path: string): Stats | undefined {
  try {
    const stats = lstatSync(path)
    if (stats.isFile()) return stats
    const what = stats.isSymbolicLink() ? 'a symbolic link' : 'not a regular file'
    throw new KittyError('UnsafeSetup', `${path} is ${what}; nothing was written to it.`, {
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
  if (code === undefined || isKittyError(error)) return error
  const full = code === 'ENOSPC' || code === 'EDQUOT'
  const kind: ErrorKind = full ? 'DiskFull' : 'NotWritable'
  return new KittyError(
    kind,
    `${path} was not written (${code})${full ? ': disk full' : ''}; it is as it was.`,
    {
      nextSteps: [
        full
          ? 'free some space, then run the command again'
          : sentence`check the permissions of ${dirname(path)}`,
      ],
      context: { path, code },
      cause: error,
    },
  )
}
