import { lstatSync } from 'node:fs'
import { unsafe } from '../../files/assert-safe.js'
import { makeFolder } from '../../git/shared-folder.js'

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
