import { type BigIntStats, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, posix, resolve, sep, win32 } from 'node:path'
import { KittyError, systemCode } from '../errors/kitty-error.js'
import { isSameFile } from './open-regular.js'
import { isOneName } from './one-name.js'

/** Between a folder and a name in a path of this system. */
export const SEPARATOR = sep

/**
 * A path as events, the index, JSON and git have it: relative to the root, with `/`, whatever system wrote it. The
 * root itself is the empty text.
 * @throws KittyError UsageError for a path on another drive, which no other machine could find.
 */
export function repoPath(root: string, path: string, platform: NodeJS.Platform = process.platform): string {
  const rules = platform === 'win32' ? win32 : posix
  const way = rules.relative(root, path)
  if (!rules.isAbsolute(way)) return slashed(way, platform)
  throw new KittyError('UsageError', `${path} is on another drive than ${root}.`, {
    nextSteps: ['Use a folder on the drive that the repository is on.'],
    context: { root, path },
  })
}

/** A path that an event holds: older versions wrote `\\` on Windows. */
export function pathFromLog(path: string): string {
  return path.replaceAll('\\', '/')
}

/** Whether a name in a work tree's top folder is git's own, whatever other names Windows and macOS have for it. */
export function isGitsName(name: string): boolean {
  return /^(?:\.git|git~\d+)[ .]*(?::.*)?$/i.test(name)
}

function slashed(path: string, platform: NodeJS.Platform): string {
  return platform === 'win32' ? path.replaceAll('\\', '/') : path
}

/** Where `path` is below `folder`, with `/`; empty for the folder itself, undefined outside of it. */
export function pathInside(
  folder: string,
  path: string,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  const rules = platform === 'win32' ? win32 : posix
  const way = rules.relative(folder, path)
  const isOutside = way === '..' || way.startsWith(`..${rules.sep}`) || rules.isAbsolute(way)
  return isOutside ? undefined : slashed(way, platform)
}

/** Whether two paths are one place, also where its last part is not there: by the name that the disk has for it. */
export function isSamePlace(one: string, other: string): boolean {
  const [first, second] = [realPlace(one), realPlace(other)]
  return first === second || isOneFolder(one, other) || isOneName(first, second)
}

/**
 * Where `path` is below `folder` on the disk, however both are spelled; with `/`, empty for the folder itself,
 * undefined outside of it.
 */
export function placeInside(folder: string, path: string): string | undefined {
  const place = realPlace(path)
  const known = pathInside(realPlace(folder), place)
  if (known !== undefined) return known
  for (let at = place; ; at = dirname(at)) {
    if (isSamePlace(folder, at)) return pathInside(at, place)
    if (dirname(at) === at) return undefined
  }
}

const NOT_THERE: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR'])

function statsOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true })
  } catch (error) {
    if (NOT_THERE.has(systemCode(error) ?? '')) return undefined
    throw error
  }
}

/** Where letter case does not count, Linux does not say which one the disk has. A folder has one inode, and no links. */
function isOneFolder(one: string, other: string): boolean {
  const [first, second] = [one, other].map(statsOf)
  return (
    first !== undefined &&
    second !== undefined &&
    first.isDirectory() &&
    first.ino !== 0n &&
    isSameFile(first, second)
  )
}

/** The path by which the disk knows a place: links followed, letters in its case, a drive's letter too. */
export function realPlace(path: string): string {
  const whole = resolve(path)
  const parent = dirname(whole)
  try {
    // `.native` asks the system, which knows the case; Node's own way keeps what it was given.
    return realpathSync.native(whole)
  } catch (error) {
    // Not there, below a plain file, or a link to nothing.
    if (!NOT_THERE.has(systemCode(error) ?? '')) throw error
    return parent === whole ? whole : join(realPlace(parent), basename(whole))
  }
}
