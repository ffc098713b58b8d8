import { dirname } from 'node:path'
import { isKittyError, systemCode } from '../errors/kitty-error.js'
import { Append } from './append-file.js'
import { makeFolder } from '../git/shared-folder.js'
import { replaceFile } from './replace-file.js'

/**
 * Writes a file to kitty's private folder, creating the folder. Best effort: for files that kitty can do without.
 * @param isSynced false for what is written again and again: a power cut may leave it empty
 */
export function putPrivate(path: string, bytes: Buffer, isSynced = true): void {
  try {
    makeFolder(dirname(path))
    replaceFile(path, bytes, undefined, isSynced)
  } catch (error) {
    if (!isKittyError(error) && systemCode(error) === undefined) throw error
  }
}

/**
 * Appends whole lines to a file in kitty's private folder, creating both. Best effort and not synced, as above.
 * @returns the file's size in bytes; 0 if that is unknown
 */
export function appendPrivate(path: string, lines: Buffer): number {
  try {
    const append = Append.open(path, true)
    try {
      append.write(lines)
      return append.offset + lines.length
    } finally {
      append.close()
    }
  } catch (error) {
    if (!isKittyError(error) && systemCode(error) === undefined) throw error
    return 0
  }
}
