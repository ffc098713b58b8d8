/** Writes files that the user asked for, at a path the user chose. */
import { lstatSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { KittyError, systemCode } from '../errors/kitty-error.js'
import { Replacement, replaceFile } from './replace-file.js'
import { storageError } from './storage-error.js'

interface OutFile {
  /** A relative path with `/`. */
  readonly path: string
  readonly text: string
}

/**
 * Writes one file, replacing an existing one.
 * @throws KittyError UnsafeSetup for a link or a folder, DiskFull, NotWritable
 */
export function writeOutFile(path: string, text: string): void {
  makeFolder(dirname(path))
  replaceFile(path, Buffer.from(text))
}

/**
 * Like `writeOutFile`, a page at a time: the content may be larger than memory.
 * @throws KittyError as writeOutFile; whatever `pages` throws: the old file then stays
 */
export async function writeOutPages(path: string, pages: AsyncIterable<readonly string[]>): Promise<void> {
  makeFolder(dirname(path))
  const replacement = new Replacement(path, Buffer.alloc(0))
  try {
    for await (const page of pages) replacement.append(Buffer.from(page.join('')))
    replacement.sync()
    replacement.take()
  } finally {
    replacement.discard()
  }
}

/**
 * Writes files below a folder, or none of them when one already exists.
 * @throws KittyError UsageError for an existing file, for a path that leaves the folder, and for two files of one path,
 * which a format's writer made of names in the log; DiskFull, NotWritable
 */
export function writeOutFolder(folder: string, files: readonly OutFile[]): void {
  const paths = new Set<string>()
  for (const { path } of files) {
    if (!isBelow(path))
      throw refused(folder, path, 'leaves the folder', [
        "Tell the format's author: a file's name made this path.",
      ])
    if (paths.has(path))
      throw refused(folder, path, 'is the name of two files', ['Give one of the two packages another title.'])
    paths.add(path)
  }
  const split = files.find(({ path }) => foldersOf(path).some((above) => paths.has(above)))
  if (split !== undefined)
    throw refused(folder, split.path, 'is below the name of another file', [
      "Tell the format's author: a file's name made this path.",
    ])
  const there = files.find(({ path }) => isThere(join(folder, path)))
  if (there !== undefined)
    throw refused(folder, there.path, 'is there already', ['Name a folder that is empty or new.'])
  for (const { path, text } of files) {
    makeFolder(dirname(join(folder, path)))
    replaceFile(join(folder, path), Buffer.from(text))
  }
}

/** A backslash or a drive's colon leads out of the folder on Windows. */
function isBelow(path: string): boolean {
  return (
    !/[\\:\0]/.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  )
}

/** `a/b/c` is below `a` and `a/b`. */
function foldersOf(path: string): string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'))
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (error) {
    throw notAFolder(error, path)
  }
}

function refused(folder: string, file: string, why: string, nextSteps: readonly string[]): KittyError {
  const message = `${join(folder, file)} ${why}; nothing was written.`
  return new KittyError('UsageError', message, { nextSteps, context: { folder, file } })
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    throw notAFolder(error, path)
  }
}

function notAFolder(error: unknown, path: string): unknown {
  const code = systemCode(error)
  if (code === undefined) return error
  if (code !== 'EEXIST' && code !== 'ENOTDIR') return storageError(error, path, 'not stored')
  return new KittyError('UsageError', `${path} cannot be written: a part of it is a file, not a folder.`, {
    nextSteps: ['Name a folder that is empty or new.'],
    context: { path },
  })
}
