import { randomUUID } from 'node:crypto'
import { closeSync, constants } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storageError } from '../files/storage-error.js'
import { openRegular } from '../platform/open-regular.js'
import { STREAMED_ABOVE } from './blob-stream.js'
import { git } from './git.js'
import { boundedLines } from '../files/line-parts.js'
import { removeFile } from '../platform/remove-path.js'

export interface OutputFile {
  readonly fd: number
  /** Closes and deletes it. */
  readonly remove: () => void
}

/**
 * Lets git write its output into a temporary file, however long it is: the output of a process that runs to its end
 * cannot be read while it runs.
 * @param args of a command that prints objects
 * @throws as `git`; KittyError DiskFull, NotWritable
 */
export function outputFile(folder: string, args: readonly string[]): OutputFile {
  const path = join(tmpdir(), `kitty-${randomUUID()}.tmp`)
  const { O_RDWR, O_CREAT, O_EXCL } = constants
  let fd: number
  try {
    fd = openRegular(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
  } catch (error) {
    throw storageError(error, path, 'not stored')
  }
  const remove = (): void => {
    closeSync(fd)
    removeFile(path)
  }
  try {
    git(folder, ['-c', `core.bigFileThreshold=${STREAMED_ABOVE}`, ...args], { outputTo: fd })
    return { fd, remove }
  } catch (error) {
    remove()
    throw error
  }
}

/**
 * Yields the lines of a blob as `boundedLines` does.
 * @param id Object ID.
 * @throws as `outputFile`
 */
export function* linesWithin(root: string, id: string, shortest: number): Generator<Buffer> {
  const { fd, remove } = outputFile(root, ['cat-file', 'blob', id])
  try {
    yield* boundedLines(fd, shortest)
  } finally {
    remove()
  }
}
