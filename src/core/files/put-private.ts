import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { isKittyError, systemCode } from '../errors/kitty-error.js'
import { replaceFile } from './replace-file.js'

/**
 * Puts a file into kitty's private folder, making the folder. Best effort: for what can be done without.
 */
export function putPrivate(path: string, bytes: Buffer): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    replaceFile(path, bytes)
  } catch (error) {
    if (!isKittyError(error) && systemCode(error) === undefined) throw error
  }
}
