import { appendFileSync } from 'node:fs'
import { systemCode } from '../errors/kitty-error.js'
import { storageError } from './storage-error.js'

/**
 * Appends to a file named by the environment, such as the summary of a CI step.
 * @throws KittyError DiskFull, NotWritable
 */
export function appendText(path: string, text: string): void {
  try {
    appendFileSync(path, text)
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    throw storageError(error, path, 'not stored')
  }
}
