import { randomUUID } from 'node:crypto'
import { closeSync, constants, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storageError } from '../files/storage-error.js'
import { openRegular } from '../platform/open-regular.js'
import { STREAMED_ABOVE } from './blob-stream.js'
import { git } from './git.js'

const CHUNK_BYTES = 1024 * 1024
const LF = 0x0a

interface Bounds {
  readonly shortest: number
  readonly longest: number
}

/**
 * The lines of a blob whose length is within the bounds, in bytes, newline included. Holds those and one chunk: git writes the blob
 * to a temporary file, since a process that runs to its end cannot be read meanwhile.
 * @param id Object ID.
 * @throws as `git`; KittyError DiskFull, NotWritable
 */
export function linesWithin(root: string, id: string, { shortest, longest }: Bounds): Buffer {
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
    return linesIn(fd, shortest, longest)
  } finally {
    closeSync(fd)
    rmSync(path, { force: true })
  }
}

function linesIn(fd: number, shortest: number, longest: number): Buffer {
  const kept: Buffer[] = []
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  let held = Buffer.alloc(0)
  let isSkipping = false
  for (let at = 0; ;) {
    const read = readSync(fd, chunk, 0, CHUNK_BYTES, at)
    if (read === 0) break
    at += read
    for (let start = 0; start < read;) {
      const newline = chunk.subarray(0, read).indexOf(LF, start)
      const end = newline < 0 ? read : newline + 1
      if (!isSkipping) held = Buffer.concat([held, chunk.subarray(start, end)])
      if (held.length > longest) isSkipping = true
      if (isSkipping) held = Buffer.alloc(0)
      if (newline >= 0) {
        if (!isSkipping && held.length >= shortest) kept.push(held)
        held = Buffer.alloc(0)
        isSkipping = false
      }
      start = end
    }
  }
  return Buffer.concat([...kept, held])
}
