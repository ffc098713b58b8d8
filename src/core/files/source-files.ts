/** Reads another tool's files for an import: bounded, regular files only, never through a link. */
import { type Dirent, lstatSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { KittyError, systemCode } from '../errors/kitty-error.js'
import { readPlain } from './read-plain.js'
import { realPlace, repoPath } from '../platform/paths.js'

/** A folder below the given path in which to look for files. */
export interface SourcePlace {
  /** Empty for the path itself. */
  readonly folder: string
  /** How many levels of folders to search below it. */
  readonly depth: number
}

export interface CollectedFile {
  /** Relative to the parent of the place it was found in, with `/`; for a single file, its name. */
  readonly path: string
  readonly bytes: Buffer
}

export interface Collected {
  /** The place that holds the files; for a single file, its folder. */
  readonly folder: string
  readonly files: readonly CollectedFile[]
  /** Files that were not read, with the reason. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[]
}

/** Limits in bytes: for one file, and for all files together. */
const FILE_LIMIT = 128 * 1024 * 1024
const TOTAL_LIMIT = 256 * 1024 * 1024
const COUNT_LIMIT = 50_000
const IGNORED: ReadonlySet<string> = new Set(['.git', 'node_modules', '.worktrees'])

/**
 * Returns the file at `path`, or the files that `accepts` selects in the first place that has any.
 * @throws KittyError UsageError for a path that does not exist or holds no such file
 */
export function collectFiles(
  path: string,
  places: readonly SourcePlace[],
  accepts: (path: string) => boolean,
): Collected {
  const stats = lookAt(path)
  if (stats === undefined) throw notFound(path)
  if (stats === 'file') {
    const read = readPlain(path, FILE_LIMIT)
    if (!read.ok) throw unreadable(path, read.reason)
    return { folder: dirname(path), files: [{ path: basename(path), bytes: read.bytes }], skipped: [] }
  }
  for (const { folder, depth } of places) {
    const root = join(path, folder)
    if (lookAt(root) !== 'folder') continue
    const names = namesBelow(root, depth).filter((name) => accepts(name))
    if (names.length > 0) return readAll(root, names)
  }
  throw nothingFound(path)
}

function readAll(root: string, names: readonly string[]): Collected {
  const files: CollectedFile[] = []
  const skipped: { path: string; reason: string }[] = []
  let total = 0
  for (const name of names) {
    const path = `${basename(root)}/${name}`
    const read = readPlain(join(root, name), FILE_LIMIT)
    if (!read.ok) skipped.push({ path, reason: read.reason })
    else if ((total += read.bytes.length) > TOTAL_LIMIT)
      throw unreadable(root, `its files are over ${mib(TOTAL_LIMIT)} together`)
    else files.push({ path, bytes: read.bytes })
  }
  return { folder: root, files, skipped }
}

/** File names, sorted so that the same folder is always read in the same order. */
function namesBelow(root: string, depth: number): string[] {
  const names: string[] = []
  const walk = (folder: string, left: number): void => {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name)
      if (entry.isFile() || entry.isSymbolicLink()) names.push(repoPath(root, path))
      else if (entry.isDirectory() && left > 0 && !IGNORED.has(entry.name)) walk(path, left - 1)
      if (names.length > COUNT_LIMIT) throw unreadable(root, `it holds more than ${COUNT_LIMIT} files`)
    }
  }
  walk(root, depth)
  return names.sort()
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    throw unreadable(folder, `system error ${code}`)
  }
}

function lookAt(path: string): 'file' | 'folder' | undefined {
  try {
    const stats = lstatSync(path)
    if (stats.isDirectory()) return 'folder'
    return 'file'
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (code === undefined) throw error
    throw unreadable(path, `system error ${code}`)
  }
}

function mib(bytes: number): string {
  return `${bytes / 1024 / 1024} MiB`
}

function notFound(path: string): KittyError {
  return new KittyError('UsageError', `There is nothing at ${path}.`, {
    nextSteps: ['Name the file or folder to import.'],
    context: { path },
  })
}

function nothingFound(path: string): KittyError {
  return new KittyError('UsageError', `${path} holds no file of this format.`, {
    nextSteps: ['Name the file itself, or run kitty import --help for where each format keeps its files.'],
    context: { path },
  })
}

function unreadable(path: string, reason: string): KittyError {
  return new KittyError('UsageError', `${path} cannot be imported: ${reason}.`, {
    nextSteps: ['Name a plain file or folder.'],
    context: { path, reason },
  })
}

/** The path with links resolved, or undefined when it cannot be resolved. */
export function realPath(path: string): string | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined ? undefined : realPlace(path)
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return undefined
  }
}
