import { closeSync, constants, fstatSync, type Stats } from 'node:fs'
import { systemCode } from '../errors/kitty-error.js'
import { readFully } from './open-file.js'
import { openRegular } from '../platform/open-regular.js'

export type FileRead =
  | { readonly ok: true; readonly bytes: Buffer }
  | {
      readonly ok: false
      readonly reason: string
      readonly missing: boolean
      readonly tooLarge?: true
      /** Another file is there now than the one that was checked. */
      readonly isReplaced?: true
      /** What blocks the path, when the reason is neither the file itself nor its absence. */
      readonly obstacle?: { readonly path: string; readonly type: string }
    }

/**
 * Reads a plain file, or says why not; never throws because of what the file is. Follows no link and waits for no FIFO.
 * @param limit bytes
 * @param seen the stats from an earlier check of the path; if another file is there now, it is not read
 */
export function readPlain(path: string, limit: number, seen?: Stats): FileRead {
  let descriptor: number
  try {
    descriptor = openRegular(path, constants.O_RDONLY)
  } catch (error) {
    return notRead(path, error)
  }
  try {
    const stats = fstatSync(descriptor)
    if (!stats.isFile()) return refused(`${path} is not a regular file: put a plain file in its place`)
    if (seen !== undefined && !isSame(stats, seen))
      return {
        ...refused(`${path} was replaced while it was opened: run the command again`),
        isReplaced: true,
      }
    if (stats.size > limit)
      return { ...refused(`${path} is larger than ${limit / 1024} KiB: shorten it`), tooLarge: true }
    const bytes = Buffer.allocUnsafe(stats.size)
    return { ok: true, bytes: bytes.subarray(0, readFully(descriptor, bytes, 0, bytes.length, 0)) }
  } catch (error) {
    return notRead(path, error)
  } finally {
    closeSync(descriptor)
  }
}

/** Some versions of Node on Windows report a file's device as 0 from one call and not from the other. */
function isSame(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && (a.dev === b.dev || a.dev === 0 || b.dev === 0)
}

export function refused(reason: string): FileRead & { readonly ok: false } {
  return { ok: false, reason, missing: false }
}

/**
 * Converts a failed call to a reason.
 * @throws `error` when it is not a system error
 */
export function notRead(path: string, error: unknown): FileRead {
  const code = systemCode(error)
  if (code === undefined) throw error
  if (code === 'ENOENT') return { ok: false, reason: `${path} does not exist`, missing: true }
  if (code === 'ELOOP') return refused(`${path} is a symbolic link: put the file itself in its place`)
  if (code === 'EBUSY')
    return refused(`${path} is in use by another program: close what has it open, and run the command again`)
  return refused(`${path} cannot be read (${code}): check its permissions`)
}
