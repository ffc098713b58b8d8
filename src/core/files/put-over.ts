import { dirname } from 'node:path'
import { KittyError } from '../errors/kitty-error.js'
import { readPlain } from './read-plain.js'
import { Replacement } from './replace-file.js'
import { assertPlaceForFile, makeFolderInside } from './work-tree.js'

/** What a file holds, and what it is to hold. */
export interface Rewrite {
  /** Undefined if there is no such file yet. */
  readonly before: Buffer | undefined
  readonly after: Buffer
}

/** How often a file is read and changed again while someone else keeps saving it. */
export const TRIES = 5

/**
 * Replaces a file that still holds `before`, whole or not at all. People and agents save these files while kitty works
 * and know nothing of its lock: what they have saved since it was read must stay. Looks last, when the new content is on
 * disk already, since that takes longest.
 * @returns false when the file holds something else by now; then nothing was written
 * @throws KittyError UnsafeSetup, NotWritable, DiskFull
 */
export function putOver(root: string, path: string, { before, after }: Rewrite): boolean {
  if (dirname(path) !== root) makeFolderInside(root, dirname(path))
  assertPlaceForFile(root, path)
  const replacement = new Replacement(path, after)
  try {
    replacement.sync()
    if (!holds(path, before)) return false
    replacement.take()
    return true
  } finally {
    replacement.discard()
  }
}

/** Whether the file holds these bytes; undefined: whether there is none. */
export function holds(path: string, bytes: Buffer | undefined): boolean {
  // A longer file is over this limit, and holds something else.
  const read = readPlain(path, bytes?.length ?? 0)
  if (bytes === undefined) return !read.ok && read.missing
  return read.ok && read.bytes.equals(bytes)
}

/**
 * Reads a file and changes it, again when someone has saved it in between.
 * @param change what is to be written; undefined for nothing
 * @returns whether it was written
 * @throws KittyError LostRace when it changes each time, and as {@link putOver}
 */
export function changeFile(root: string, path: string, change: () => Rewrite | undefined): boolean {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const rewrite = change()
    if (rewrite === undefined) return false
    if (putOver(root, path, rewrite)) return true
  }
  throw savedByOthers(path)
}

/** @param path of a file that someone else has saved since it was read */
export function savedByOthers(path: string): KittyError {
  return new KittyError('LostRace', `${path} was changed while kitty was changing it.`, {
    nextSteps: ['Look at the file, and run the command again.'],
    context: { file: path },
  })
}
