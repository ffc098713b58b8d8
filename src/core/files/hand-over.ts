import { closeSync, constants, fchownSync, fstatSync, lstatSync, openSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'

/**
 * Gives what root created in these folders to the owner of the folder above each: otherwise a repository's owner could
 * not write after root has. Does nothing for other users, and in a repository of root's own.
 */
export function handOver(folders: readonly string[]): void {
  if (process.geteuid?.() !== 0) return
  for (const folder of folders) {
    const above = lstatSync(dirname(folder), { throwIfNoEntry: false })
    if (above !== undefined && above.uid !== 0) give(folder, above.uid, above.gid)
  }
}

function give(path: string, uid: number, gid: number): void {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    let isFolder: boolean
    try {
      const stats = fstatSync(fd)
      isFolder = stats.isDirectory()
      // A second name of a file may be anywhere: the owner could have linked a file of root's.
      const isOurs = stats.uid === 0 && (isFolder || (stats.isFile() && stats.nlink === 1))
      if (isOurs) fchownSync(fd, uid, gid)
    } finally {
      closeSync(fd)
    }
    if (isFolder) for (const name of readdirSync(path)) give(join(path, name), uid, gid)
  } catch (error) {
    // A link, or a file that is gone.
    if (systemCode(error) === undefined) throw error
  }
}
