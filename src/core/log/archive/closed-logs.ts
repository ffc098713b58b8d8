import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../../errors/kitty-error.js'
import { readNow } from '../../files/read-optional.js'
import { storageError } from '../../files/storage-error.js'

/** Prefix of the folders that hold what preceded a new log. */
export const CLOSED = 'before-'

/**
 * Returns the IDs from every log that was closed when a new one began: kitty never restores these events on its own.
 */
export function closedIds(privateDir: string): Set<string> {
  const ids = new Set<string>()
  for (const name of foldersIn(privateDir)) {
    const path = join(privateDir, name, 'ids')
    try {
      for (const id of readNow(path).toString('utf8').split('\n')) ids.add(id)
    } catch (error) {
      // A crash left an incomplete folder: that log was not closed.
      if (systemCode(error) !== 'ENOENT') throw storageError(error, path, 'not readable')
    }
  }
  return ids
}

function foldersIn(privateDir: string): string[] {
  try {
    return readdirSync(privateDir).filter((name) => name.startsWith(CLOSED))
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw storageError(error, privateDir, 'not readable')
  }
}
