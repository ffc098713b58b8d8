import { lstatSync, mkdirSync } from 'node:fs'
import { unsafe } from '../../files/assert-safe.js'

/**
 * Makes the folder of error records where it is missing. Through a link in its place the log's bytes would leave the
 * repository.
 * @throws KittyError UnsafeSetup
 */
export function makeErrorsFolder(errorsDir: string): void {
  const stats = lstatSync(errorsDir, { throwIfNoEntry: false })
  if (stats !== undefined && !stats.isDirectory())
    throw unsafe(errorsDir, stats.isSymbolicLink() ? 'symbolic link' : 'file')
  mkdirSync(errorsDir, { recursive: true })
}
