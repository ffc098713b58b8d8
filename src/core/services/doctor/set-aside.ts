import { lstatSync } from 'node:fs'
import { basename, join } from 'node:path'
import { makeErrorsFolder } from '../../log/repair/errors-folder.js'
import { renameOver } from '../../platform/rename-over.js'

/** Moves a misplaced file into the errors folder without losing data. @returns the new path */
export function setAside(path: string, errorsDir: string, now: Date): string {
  makeErrorsFolder(errorsDir)
  const name = `set-aside-${now.toISOString().replaceAll(/[:.]/g, '-')}-${basename(path)}`
  for (let count = 1; ; count += 1) {
    const aside = join(errorsDir, count === 1 ? name : `${name}-${count}`)
    if (lstatSync(aside, { throwIfNoEntry: false }) !== undefined) continue
    renameOver(path, aside)
    return aside
  }
}
