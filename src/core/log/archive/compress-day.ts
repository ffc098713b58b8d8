import { closeSync, constants, fsyncSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { KittyError } from '../../errors/kitty-error.js'
import { discard, writeFully } from '../../files/open-file.js'
import { storageError } from '../../files/storage-error.js'
import { shareNewFile } from '../../git/new-file-mode.js'
import { crc32 } from '../format/crc32.js'
import { linesOf, linesOfDay, pathsOf } from './day-parts.js'
import { openRegular } from '../../platform/open-regular.js'
import { removeFile } from '../../platform/remove-path.js'
import { renameSynced } from '../../files/rename-synced.js'

const BATCH_BYTES = 1024 * 1024

/**
 * Adds a day's lines to its `.jsonl.gz`, after those already compressed. Deletes the plain file only after the
 * compressed one is on disk and has been read back.
 * @throws KittyError: the plain file is unchanged.
 */
export async function compress(folder: string, day: string): Promise<void> {
  const paths = pathsOf(folder, day)
  const temporary = `${paths.compressed}.tmp`
  try {
    let crc = 0
    const counted = async function* (): AsyncGenerator<Buffer> {
      for await (const lines of batches(linesOfDay(paths))) {
        crc = crc32(lines, crc)
        yield lines
      }
    }
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC
    const descriptor = openRegular(temporary, flags, 0o600)
    try {
      shareNewFile(descriptor, temporary)
      // No stream for the file: one that fails closes the descriptor by itself, some time later.
      await pipeline(Readable.from(counted()), createGzip(), async (compressed: AsyncIterable<Buffer>) => {
        for await (const bytes of compressed) writeFully(descriptor, bytes)
      })
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    let readBack = 0
    for await (const line of linesOf(temporary)) readBack = crc32(line, readBack)
    if (readBack !== crc) throw notReadBack(paths.plain)
    renameSynced(temporary, paths.compressed)
    removeFile(paths.plain)
  } catch (error) {
    discard(temporary)
    throw storageError(error, paths.compressed, 'not stored')
  }
}

/**
 * Rewrites a day as a plain file, each line as `change` returns it. A crash in between keeps every line that was there.
 */
export async function replaceDay(
  folder: string,
  day: string,
  change: (line: Buffer) => Buffer | undefined,
): Promise<void> {
  const paths = pathsOf(folder, day)
  const temporary = `${paths.plain}.tmp`
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC
    const descriptor = openRegular(temporary, flags, 0o600)
    try {
      shareNewFile(descriptor, temporary)
      for await (const line of linesOfDay(paths)) {
        writeFully(descriptor, change(line) ?? Buffer.alloc(0))
      }
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSynced(temporary, paths.plain)
    removeFile(paths.compressed)
  } catch (error) {
    discard(temporary)
    throw storageError(error, paths.plain, 'not stored')
  }
}

/** Batch the lines: each piece we compress costs a round trip to another thread. */
async function* batches(lines: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let batch: Buffer[] = []
  let bytes = 0
  for await (const line of lines) {
    batch.push(line)
    bytes += line.length
    if (bytes < BATCH_BYTES) continue
    yield Buffer.concat(batch)
    batch = []
    bytes = 0
  }
  yield Buffer.concat(batch)
}

function notReadBack(path: string): KittyError {
  return new KittyError(
    'DamagedData',
    `${path}: what was compressed does not read back; the file stays as it is.`,
    {
      nextSteps: ['check the disk: dmesg', 'run the command again'],
      context: { path },
    },
  )
}
