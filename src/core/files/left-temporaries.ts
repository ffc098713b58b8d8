import { join } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { listInside } from './work-tree.js'
import { AT_ONCE, removeFile } from '../platform/remove-path.js'

/** Matches the temporary files of `replaceFile`: the name holds `ownName()`. */
const TEMPORARY = /^\..+\.(\d+)-\d+\.tmp$/

/** Whether a process that no longer runs left this temporary file of `replaceFile`. */
export function isLeftTemporary(name: string): boolean {
  const pid = TEMPORARY.exec(name)?.[1]
  return pid !== undefined && !isRunning(Number(pid))
}

/** Removes temporary files that a process which no longer runs left in a folder. Best effort. */
export function removeLeftTemporaries(root: string, folder: string): void {
  for (const { name } of listInside(root, folder)) {
    if (!isLeftTemporary(name)) continue
    try {
      removeFile(join(folder, name), AT_ONCE)
    } catch (error) {
      if (systemCode(error) === undefined) throw error
    }
  }
}

/** Also true for another user's process, and when we cannot tell. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) !== 'ESRCH'
  }
}
