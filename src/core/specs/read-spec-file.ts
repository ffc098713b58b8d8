/** Reading a file a person or another program put under kitty-specs: bounded, regular files alone, never through a link. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { systemCode } from '../errors/kitty-error.js'

/** Bytes. A work package is prose: what is larger is something else by mistake or by malice. */
const SPEC_FILE_LIMIT = 1024 * 1024

type SpecFile =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly reason: string; readonly missing: boolean }

/** The file's bytes, or why it was not read; never throws for what the file is. */
export function readSpecFile(path: string): SpecFile {
  let descriptor: number
  try {
    // O_NONBLOCK, since opening a FIFO would wait for a writer for ever.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    return notRead(path, error)
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) return refused(`${path} is not a regular file: put a plain file in its place`)
    if (stat.size > SPEC_FILE_LIMIT)
      return refused(`${path} is larger than ${SPEC_FILE_LIMIT / 1024} KiB: shorten it`)
    return { ok: true, bytes: readAll(descriptor, stat.size) }
  } catch (error) {
    return notRead(path, error)
  } finally {
    closeSync(descriptor)
  }
}

function readAll(descriptor: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  let filled = 0
  while (filled < size) {
    const count = readSync(descriptor, bytes, filled, size - filled, filled)
    if (count === 0) break
    filled += count
  }
  return bytes.subarray(0, filled)
}

function refused(reason: string): SpecFile {
  return { ok: false, reason, missing: false }
}

function notRead(path: string, error: unknown): SpecFile {
  const code = systemCode(error)
  if (code === undefined) throw error
  if (code === 'ENOENT') return { ok: false, reason: `${path} does not exist`, missing: true }
  if (code === 'ELOOP') return refused(`${path} is a symbolic link: put the file itself in its place`)
  return refused(`${path} cannot be read (${code}): check its permissions`)
}
