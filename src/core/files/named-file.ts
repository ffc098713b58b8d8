import { appendFileSync, readFileSync } from 'node:fs'
import { KittyError, systemCode } from '../errors/kitty-error.js'
import { storageError } from './storage-error.js'
import { onceFree } from '../platform/once-free.js'

/**
 * Reads a file that the user or the program itself names; links in its path are their choice.
 * @throws KittyError UsageError
 */
export function readNamedFile(path: string): Buffer {
  try {
    return onceFree(() => readFileSync(path))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new KittyError('UsageError', `${path} cannot be read: ${reason}`, {
      nextSteps: ['name a file that this user can read'],
      cause: error,
    })
  }
}

/**
 * Appends to a file named by the environment, such as the summary of a CI step.
 * @throws KittyError DiskFull, NotWritable
 */
export function appendText(path: string, text: string): void {
  try {
    onceFree(() => appendFileSync(path, text))
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    throw storageError(error, path, 'not stored')
  }
}
