/**
 * The gate to everything below a repository's root. A repository is untrusted input: anyone who can commit a link
 * chooses where it leads. So we walk every path component by component without following links, open files so that
 * neither a link nor a FIFO can replace them, compare what we opened with what we saw, and read no file beyond its
 * limit. docs/trust.md.
 */
import { chownSync, type Dirent, lstatSync, mkdirSync, readdirSync, rmdirSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { isKittyError, KittyError, systemCode } from '../errors/kitty-error.js'
import { typeName, unsafe, unsafeFile } from './assert-safe.js'
import { isGitsName, pathInside, SEPARATOR } from '../platform/paths.js'
import { type FileRead, notRead, readPlain, refused } from './read-plain.js'
import { replaceFile } from './replace-file.js'
import { shareNewFolder } from '../git/shared-folder.js'
import { storageError } from './storage-error.js'
import { removeFile } from '../platform/remove-path.js'

/** We refuse files above this many bytes: no one writes such a file by hand, and every command would read it. */
export const LIMITS = {
  config: 64 * 1024,
  attributes: 1024 * 1024,
  workPackage: 2 * 1024 * 1024,
  tasks: 4 * 1024 * 1024,
} as const

/** What we find at a path below the root. */
export type Look =
  | { readonly state: 'file' | 'folder'; readonly path: string; readonly stats: Stats }
  | { readonly state: 'missing'; readonly path: string }
  /** A link, a device or a plain file is where a folder or a plain file belongs: `path` says where. */
  | { readonly state: 'in the way'; readonly path: string; readonly type: string }

/**
 * Walks from `root` to `path`, both absolute, and returns what is there.
 * @throws KittyError UnsafeSetup for a path that is not below the root or belongs to git; the system's error for a
 * folder that this user may not search
 */
export function lookInside(root: string, path: string): Look {
  const parts = partsBelow(root, path)
  let at = root
  for (const [index, part] of parts.entries()) {
    at += SEPARATOR + part
    const isLast = index === parts.length - 1
    if (!isLast && seenFolders?.has(at)) continue
    const stats = lstatSync(at, { throwIfNoEntry: false })
    if (stats === undefined) return { state: 'missing', path: at }
    if (stats.isDirectory()) {
      if (isLast) return { state: 'folder', path: at, stats }
      remember(at)
    } else if (isLast && stats.isFile()) return { state: 'file', path: at, stats }
    else return { state: 'in the way', path: at, type: typeName(stats) }
  }
  throw outside(root, path)
}

/**
 * Returns why `path` cannot be used: a component is a link or of the wrong type, including a last component that is
 * neither a plain file nor a folder. Returns undefined when nothing blocks the path, whether or not it exists.
 */
export function obstacleTo(root: string, path: string): string | undefined {
  const look = lookInside(root, path)
  return look.state === 'in the way' ? inTheWay(look.path, look.type) : undefined
}

/** @throws KittyError UnsafeSetup when a link or anything else blocks `path` */
export function assertReachable(root: string, path: string): void {
  const look = lookInside(root, path)
  if (look.state === 'in the way') throw unsafe(look.path, look.type)
}

/** How often a file that is replaced between the look at its path and its opening is looked at. */
const LOOKS = 5

/**
 * Reads a file, or says why not; never throws because of what the file is.
 * @param limit bytes
 */
export function readInside(root: string, path: string, limit: number): FileRead {
  for (let looks = 1; ; looks += 1) {
    const read = readOnce(root, path, limit)
    // Kitty, git and editors replace files whole: the next look meets the new one.
    if (read.ok || read.isReplaced !== true || looks === LOOKS) return read
  }
}

function readOnce(root: string, path: string, limit: number): FileRead {
  let look: Look
  try {
    look = lookInside(root, path)
  } catch (error) {
    return notRead(path, error)
  }
  if (look.state === 'missing') return { ok: false, reason: `${path} does not exist`, missing: true }
  if (look.state === 'in the way') return { ...refused(inTheWay(look.path, look.type)), obstacle: look }
  if (look.state === 'folder') return refused(`${path} is not a regular file: put a plain file in its place`)
  return readPlain(path, limit, look.stats)
}

/**
 * Like `readInside`, for kitty's own files, which must be what kitty would have created there.
 * @returns undefined when there is none
 * @throws KittyError UnsafeSetup for a link or anything else that blocks the path, and for a file above the limit
 */
export function readOwn(root: string, path: string, limit: number): Buffer | undefined {
  const read = readInside(root, path, limit)
  if (read.ok) return read.bytes
  if (read.missing) return undefined
  if (read.obstacle !== undefined) throw unsafe(read.obstacle.path, read.obstacle.type)
  throw unsafeFile(path, read.reason)
}

/**
 * A folder's entries in no particular order; empty when it is missing, is not a folder, or a link blocks it.
 * @throws KittyError for a folder that cannot be read: what is in it is unknown, which is not nothing
 */
export function readableInside(root: string, folder: string): Dirent[] {
  try {
    return lookInside(root, folder).state === 'folder' ? readdirSync(folder, { withFileTypes: true }) : []
  } catch (error) {
    // Git replaces folders: one that has just gone is missing.
    if (systemCode(error) === 'ENOENT') return []
    throw storageError(error, folder, 'not readable')
  }
}

/** As `readableInside`, but also empty when the folder cannot be read: for what is best effort. */
export function listInside(root: string, folder: string): Dirent[] {
  try {
    return readableInside(root, folder)
  } catch (error) {
    if (!isKittyError(error)) throw error
    return []
  }
}

/**
 * Creates a folder and its parents, except the root.
 * @returns false when it already existed
 * @throws KittyError UnsafeSetup, NotWritable, DiskFull
 */
export function makeFolderInside(root: string, folder: string): boolean {
  const parts = partsBelow(root, folder)
  let at = root
  let made = false
  for (const part of parts) {
    at += SEPARATOR + part
    const look = lookInside(root, at)
    if (look.state === 'folder') continue
    if (look.state === 'file') throw unsafe(at, 'file')
    if (look.state === 'in the way') throw unsafe(look.path, look.type)
    try {
      mkdirSync(at)
      shareNewFolder(at)
      belongsAsItsFolder(at)
    } catch (error) {
      // Another process created it first; the next check says what it created.
      if (systemCode(error) !== 'EEXIST') throw storageError(error, at, 'not stored')
      assertReachable(root, at)
    }
    made = true
  }
  return made
}

/**
 * Writes a file, whole or not at all, keeping the mode and group of the one it replaces. Creates its folder.
 * @param newMode permissions of a new file, before the umask
 * @param isSynced as for {@link replaceFile}
 * @throws KittyError UnsafeSetup, NotWritable, DiskFull
 */
export function putInside(root: string, path: string, bytes: Buffer, newMode = 0o644, isSynced = true): void {
  const folder = dirname(path)
  if (folder !== root) makeFolderInside(root, folder)
  assertPlaceForFile(root, path)
  replaceFile(path, bytes, newMode, isSynced)
}

/**
 * @throws KittyError UnsafeSetup when `path` is not a folder and could not become one, NotWritable when that cannot be
 * found out
 */
export function assertPlaceForFolder(root: string, path: string): void {
  let look: Look
  try {
    look = lookInside(root, path)
  } catch (error) {
    throw storageError(error, path, 'not readable')
  }
  if (look.state === 'in the way') throw unsafe(look.path, look.type)
  if (look.state === 'file') throw unsafe(path, 'file')
}

/** @throws KittyError UnsafeSetup when `path` is not a plain file and could not become one */
export function assertPlaceForFile(root: string, path: string): void {
  const look = lookInside(root, path)
  if (look.state === 'in the way') throw unsafe(look.path, look.type)
  if (look.state === 'folder') throw unsafe(path, 'directory')
}

/**
 * Removes a file; does nothing when it is already gone.
 * @throws KittyError UnsafeSetup for anything but a plain file, NotWritable
 */
export function removeInside(root: string, path: string): void {
  const look = lookInside(root, path)
  if (look.state === 'missing') return
  if (look.state === 'in the way') throw unsafe(look.path, look.type)
  if (look.state === 'folder') throw unsafe(path, 'directory')
  try {
    removeFile(path)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw storageError(error, path, 'not stored')
  }
}

/** Removes `folder` and its parents below the root, as far as they are empty. Git keeps no empty folder either. */
export function removeEmptyFolders(root: string, folder: string): void {
  for (let at = folder; lookInside(root, at).state === 'folder'; at = dirname(at)) {
    try {
      rmdirSync(at)
    } catch {
      // Something else is in it, so it stays.
      return
    }
    if (dirname(at) === root) return
  }
}

/** When root creates something for another user, that user owns it. */
function belongsAsItsFolder(path: string): void {
  if (process.geteuid?.() !== 0) return
  const { uid, gid } = lstatSync(dirname(path))
  chownSync(path, uid, gid)
}

/** Folders already checked during this turn of the event loop, so that reading many files costs one lstat per file. */
let seenFolders: Set<string> | undefined

function remember(folder: string): void {
  if (seenFolders === undefined) {
    seenFolders = new Set()
    queueMicrotask(() => {
      seenFolders = undefined
    })
  }
  seenFolders.add(folder)
}

function partsBelow(root: string, path: string): string[] {
  const way = pathInside(root, path)
  const parts = way?.split('/')
  if (way === '' || parts === undefined || isGitsName(parts[0] ?? '')) throw outside(root, path)
  return parts
}

function outside(root: string, path: string): KittyError {
  return new KittyError(
    'UnsafeSetup',
    `${path} is not a place for files of ${root}; nothing was done there.`,
    {
      nextSteps: ['Run kitty agent events verify: it lists names that lead elsewhere.'],
      context: { path, root },
    },
  )
}

function inTheWay(path: string, type: string): string {
  return `${path} is a ${type}: put the file or folder itself in its place`
}
