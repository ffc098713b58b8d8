import { basename } from 'node:path'
import { LIMITS, readInside } from '../files/work-tree.js'
import type { FileRead } from '../files/read-plain.js'

/**
 * Reads a file that a person or another program put under kitty-specs. Returns its bytes, or the reason why it was not
 * read; never throws because of what the file is. Work packages are prose: a file above the limit is something else, by
 * mistake or malice.
 * @param root an absolute folder above the file; no link below it is followed
 */
export function readSpecFile(root: string, path: string): FileRead {
  return readInside(root, path, basename(path) === 'tasks.md' ? LIMITS.tasks : LIMITS.workPackage)
}
