/** Writes files that the user asked for, at a path the user chose. */
import { lstatSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { KittyError, systemCode } from '../errors/kitty-error.js'
import { replaceFile } from './replace-file.js'
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
