import { chmodSync, lstatSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { permissionsFor } from './new-file-mode.js'

const SET_GROUP_ID = 0o2000

/**
 * Creates a folder, and those above it that are missing. Lets in the users that `core.sharedRepository` names, whatever
 * the umask took away: files that they create there then belong to the folder's group, as in git's own folders.
 * @param mode permissions before the umask and what `core.sharedRepository` adds
 * @returns the topmost folder that was created; undefined if all were there
 * @throws the system's error
 */
export function makeFolder(folder: string, mode = 0o777): string | undefined {
  const first = makeMissing(folder, mode)
  if (first !== undefined) shareNewFolder(folder, first)
  return first
}

/**
 * Lets them in to folders that were just created.
 * @param topmost the first of them; the others are below it, down to `folder`
 */
export function shareNewFolder(folder: string, topmost = folder): void {
  const shared = permissionsFor(topmost)
  if (shared === 0) return
  for (let at = folder; at.length >= topmost.length; at = dirname(at)) share(at, shared)
}

/** @returns the topmost folder that was created */
function makeMissing(folder: string, mode: number): string | undefined {
  try {
    return mkdirSync(folder, { recursive: true, mode })
  } catch (error) {
    // Node answers ENOENT where the disk refuses the folder: create the topmost one alone to learn why.
    if (systemCode(error) !== 'ENOENT') throw error
    mkdirSync(topmostMissing(folder), mode)
    throw error
  }
}

function topmostMissing(folder: string): string {
  let top = folder
  // A drive that is not there is its own parent.
  while (dirname(top) !== top && lstatSync(dirname(top), { throwIfNoEntry: false }) === undefined)
    top = dirname(top)
  return top
}

/** Who may read a folder may also enter it. */
function share(folder: string, shared: number): void {
  const mode = lstatSync(folder).mode & 0o7777
  const wanted = mode | shared | ((shared & 0o044) >> 2) | SET_GROUP_ID
  if (mode !== wanted) chmodSync(folder, wanted)
}
