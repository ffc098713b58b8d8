import { lstatSync } from 'node:fs'
import { unsafe } from '../../files/assert-safe.js'
import { makeFolder } from '../../git/shared-folder.js'
import { basename, join } from 'node:path'
import { freePath } from '../../files/open-file.js'
import { renameOver } from '../../platform/rename-over.js'

/**
 * Creates the folder of error records if it is missing. Rejects a link in its place: through it, the log's bytes would
 * leave the repository.
 * @throws KittyError UnsafeSetup
 */
export function makeErrorsFolder(errorsDir: string): void {
  const stats = lstatSync(errorsDir, { throwIfNoEntry: false })
  if (stats !== undefined && !stats.isDirectory())
    throw unsafe(errorsDir, stats.isSymbolicLink() ? 'symbolic link' : 'file')
  makeFolder(errorsDir)
}

/** Moves a misplaced file into the errors folder without losing data. @returns the new path */
export function setAside(path: string, errorsDir: string, now: Date): string {
  makeErrorsFolder(errorsDir)
  const name = `set-aside-${now.toISOString().replaceAll(/[:.]/g, '-')}-${basename(path)}`
  const aside = freePath(join(errorsDir, name))
  renameOver(path, aside)
  return aside
}
