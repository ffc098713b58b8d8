import { readFileSync } from 'node:fs'
import { KittyError } from '../errors/kitty-error.js'

/**
 * Reads a file that the user or the program itself names; links in its path are their choice.
 * @throws KittyError UsageError
 */
export function readNamedFile(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new KittyError('UsageError', `${path} cannot be read: ${reason}`, {
      nextSteps: ['name a file that this user can read'],
      cause: error,
    })
  }
}
