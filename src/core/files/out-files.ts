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
 * @throws KittyError UsageError for an existing file, DiskFull, NotWritable
 */
export function writeOutFolder(folder: string, files: readonly OutFile[]): void {
  const there = files.find(
    ({ path }) => lstatSync(join(folder, path), { throwIfNoEntry: false }) !== undefined,
  )
  if (there !== undefined)
    throw new KittyError('UsageError', `${join(folder, there.path)} is there already; nothing was written.`, {
      nextSteps: ['Name a folder that is empty or new.'],
      context: { folder, file: there.path },
    })
  for (const { path, text } of files) {
    makeFolder(dirname(join(folder, path)))
    replaceFile(join(folder, path), Buffer.from(text))
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    throw storageError(error, path, 'not stored')
  }
}
