import { unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { listInside } from './work-tree.js'

/** What `replaceFile` writes before it takes the file's place: the process and a number. */
const TEMPORARY = /^\..+\.(\d+)-\d+\.tmp$/

/** Removes files that a process which is gone was about to put into a folder. Best effort. */
export function removeLeftTemporaries(root: string, folder: string): void {
  for (const { name } of listInside(root, folder)) {
    const pid = TEMPORARY.exec(name)?.[1]
    if (pid === undefined || isRunning(Number(pid))) continue
    try {
      unlinkSync(join(folder, name))
    } catch (error) {
      if (systemCode(error) === undefined) throw error
    }
  }
}

/** True also for another user's process, and where that cannot be told. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) !== 'ESRCH'
  }
}
