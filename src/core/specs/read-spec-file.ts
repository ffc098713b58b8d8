import { basename } from 'node:path'
import { LIMITS, readInside } from '../files/work-tree.js'
import type { FileRead } from '../files/read-plain.js'

/**
 * The bytes of a file that a person or another program put under kitty-specs, or why they were not read; never throws
 * for what the file is. Work packages are prose: what is larger than its limit is something else by mistake or malice.
 * @param root an absolute folder above the file; no link is followed below it
 */
export function readSpecFile(root: string, path: string): FileRead {
  return readInside(root, path, basename(path) === 'tasks.md' ? LIMITS.tasks : LIMITS.workPackage)
}
