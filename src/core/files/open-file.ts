import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { systemCode } from '../errors/kitty-error.js'
import { isSameFile, openRegular } from '../platform/open-regular.js'
import { assertPlainFile } from './assert-safe.js'
import { storageError } from './storage-error.js'
import { IS_WINDOWS } from '../platform/system.js'
import { removeFile } from '../platform/remove-path.js'

/**
 * Opens a file for reading and stats it; returns undefined when there is none.
 * @throws KittyError
 */
export function openToRead(path: string): { fd: number; stats: BigIntStats } | undefined {
  const fd = openUnseen(path)
  if (fd === undefined) return undefined
  try {
    const stats = fstatSync(fd, { bigint: true })
    assertPlainFile(path, stats)
    return { fd, stats }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** Like `openToRead`, for a caller that can tell from the bytes whether the file is a plain file. */
export function openUnseen(path: string): number | undefined {
  try {
    return openRegular(path, constants.O_RDONLY)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw storageError(error, path, 'not readable')
  }
}

/** Reads up to `length` bytes into `buffer`; reads fewer only at the end of the file. */
export function readFully(
  fd: number,
  buffer: Buffer,
  start: number,
  length: number,
  position: number,
): number {
  let done = 0
  while (done < length) {
    const read = readSync(fd, buffer, start + done, length - done, position + done)
    if (read === 0) break
    done += read
  }
  return done
}

/** Writes all of it: when the disk is nearly full, the system takes a part and says so without an error. */
export function writeFully(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done)
}

/** Removes what a failed write left. It says nothing of its own: the caller has the failure to report. */
export function discard(temporary: string): void {
  try {
    removeFile(temporary)
  } catch (error) {
    if (systemCode(error) === undefined) throw error
  }
}

/** The path itself while nothing is there, else the first with a number: `name-2`. */
export function freePath(path: string): string {
  for (let count = 1; ; count += 1) {
    const free = count === 1 ? path : `${path}-${count}`
    if (lstatSync(free, { throwIfNoEntry: false }) === undefined) return free
  }
}

/** In bytes; 0 when there is no such file. */
export function sizeOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/**
 * Reads a whole file; returns undefined when there is none.
 * @throws KittyError
 */
export function readWhole(path: string): { bytes: Buffer; stats: BigIntStats } | undefined {
  const open = openToRead(path)
  if (open === undefined) return undefined
  try {
    const bytes = Buffer.allocUnsafe(Number(open.stats.size))
    return { bytes: bytes.subarray(0, readFully(open.fd, bytes, 0, bytes.length, 0)), stats: open.stats }
  } catch (error) {
    throw storageError(error, path, 'not readable')
  } finally {
    closeSync(open.fd)
  }
}

/**
 * A new directory entry is on disk only after its folder is synced (fsync(2)). Windows cannot open a folder for this.
 */
export function syncFolder(path: string): void {
  if (IS_WINDOWS) return
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** An inode number identifies a file as long as the file has a name or is open. */
export type WhichFile = Pick<BigIntStats, 'dev' | 'ino'>

/** Stats the path; returns undefined when it now names another file, or none. */
export function identityAt(path: string, file: WhichFile): BigIntStats | undefined {
  const now = lstatSync(path, { throwIfNoEntry: false, bigint: true })
  return now !== undefined && isSameFile(now, file) ? now : undefined
}

/**
 * Identifies one state of a file: which file it is, when it last changed, and its size: a kernel gives all changes
 * within one tick of its timer (4 ms on many) the same time.
 */
export function identityOf(
  stats: Pick<BigIntStats, 'ino' | 'birthtimeNs' | 'mtimeNs' | 'ctimeNs' | 'size'>,
): string {
  // Include the birth time: a file system gives a freed inode's number to the next file.
  return `${stats.ino}.${stats.birthtimeNs}:${stats.mtimeNs}:${stats.ctimeNs}:${stats.size}`
}

/** The part of an identity that says which file it is. */
export function inodeOf(identity: string): string {
  return identity.slice(0, identity.indexOf(':'))
}
