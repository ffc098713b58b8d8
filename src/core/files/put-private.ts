import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { isKittyError, systemCode } from '../errors/kitty-error.js'
import { replaceFile } from './replace-file.js'

/**
 * Writes a file to kitty's private folder, creating the folder. Best effort: for files that kitty can do without.
 * @param isSynced false for what is written again and again: a power cut may leave it empty
 */
export function putPrivate(path: string, bytes: Buffer, isSynced = true): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    replaceFile(path, bytes, undefined, isSynced)
  } catch (error) {
    if (!isKittyError(error) && systemCode(error) === undefined) throw error
  }
}
