import { randomUUID } from 'node:crypto'
import { closeSync, constants, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { boundedLines, type LineBounds } from '../files/bounded-lines.js'
import { storageError } from '../files/storage-error.js'
import { openRegular } from '../platform/open-regular.js'
import { STREAMED_ABOVE } from './blob-stream.js'
import { git } from './git.js'

/**
 * The lines of a blob whose length is within the bounds, in bytes, newline included. Git writes the blob to a temporary
 * file, since a process that runs to its end cannot be read while it runs.
 * @param id Object ID.
 * @throws as `git`; KittyError DiskFull, NotWritable
 */
export function linesWithin(root: string, id: string, bounds: LineBounds): Buffer {
  const path = join(tmpdir(), `kitty-${randomUUID()}.tmp`)
  const { O_RDWR, O_CREAT, O_EXCL } = constants
  let fd: number
  try {
    fd = openRegular(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
  } catch (error) {
    throw storageError(error, path, 'not stored')
  }
  try {
    git(root, ['-c', `core.bigFileThreshold=${STREAMED_ABOVE}`, 'cat-file', 'blob', id], { outputTo: fd })
    return boundedLines(fd, bounds)
  } finally {
    closeSync(fd)
    rmSync(path, { force: true })
  }
}
