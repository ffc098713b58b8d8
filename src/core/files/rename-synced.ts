import { closeSync, constants, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { renameOver } from '../platform/rename-over.js'
import { IS_WINDOWS } from '../platform/system.js'

/**
 * Renames a file over another one of its folder, and syncs the new name. The folder is opened first: with too many files
 * open nothing is renamed, whereas a name that was not synced would stay so, and a power cut would bring the old file
 * back with what has been appended to the new one gone. Windows cannot sync a folder.
 * @throws the system's error
 */
export function renameSynced(from: string, to: string): void {
  if (IS_WINDOWS) return renameOver(from, to)
  const folder = openSync(dirname(to), constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    renameOver(from, to)
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
