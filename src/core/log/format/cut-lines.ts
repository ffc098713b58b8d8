import { closeSync } from 'node:fs'
import { join } from 'node:path'
import { identityOf, openToRead, readFully } from '../../files/open-file.js'
import { rewriteFile } from '../../files/rewrite-file.js'

const CHUNK_BYTES = 256 * 1024

/** A range of bytes in a file: a line, newline included. */
export interface ByteRange {
  readonly offset: number
  readonly length: number
}

/**
 * Cuts lines out of a day file and leaves every other byte unchanged. The caller must hold the write lock and have
 * copied the lines first.
 * @param ranges Ascending. @param identity `LogFile.identity` of the file in which they were found.
 * @returns false if the file has been replaced; nothing was done. @throws KittyError
 */
export function cutLines(
  eventsDir: string,
  file: string,
  ranges: readonly ByteRange[],
  identity: string,
): boolean {
  const path = join(eventsDir, file)
  const open = openToRead(path)
  if (open === undefined) return false
  try {
    return (
      identityOf(open.stats) === identity &&
      rewriteFile(path, outside(open.fd, ranges, Number(open.stats.size)), open.stats)
    )
  } finally {
    closeSync(open.fd)
  }
}

/** Yields a file's bytes between and after the ranges, in chunks. */
function* outside(fd: number, ranges: readonly ByteRange[], size: number): Generator<Buffer> {
  let at = 0
  for (const { offset, length } of [...ranges, { offset: size, length: 0 }]) {
    yield* chunks(fd, { offset: at, length: offset - at })
    at = offset + length
  }
}

/** Yields a part of a file in chunks. Each chunk is valid only until the caller asks for the next. */
export function* chunks(fd: number, { offset, length }: ByteRange): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(0, length)))
  for (let done = 0; done < length;) {
    const read = readFully(fd, buffer, 0, Math.min(buffer.length, length - done), offset + done)
    if (read === 0) return
    yield buffer.subarray(0, read)
    done += read
  }
}
