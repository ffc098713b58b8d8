import { closeSync, constants, createReadStream, fsyncSync } from 'node:fs'
import { join } from 'node:path'
import { constants as zlib, createGunzip } from 'node:zlib'
import { isKittyError } from '../../errors/kitty-error.js'
import { discard, freePath, openToRead, writeFully } from '../../files/open-file.js'
import { storageError } from '../../files/storage-error.js'
import { shareNewFile } from '../../git/new-file-mode.js'
import { openRegular } from '../../platform/open-regular.js'
import { renameOver } from '../../platform/rename-over.js'
import { MAX_LINE_BYTES } from '../format/line-codec.js'
import { archivedDays, linesOf, namesIn, pathsOf } from './day-parts.js'
import { rawLine } from './raw-line.js'
import { removeFile } from '../../platform/remove-path.js'
import { renameSynced } from '../../files/rename-synced.js'

const LF = 0x0a
/** Bytes per decompressed piece: of the piece that a damage is in, nothing is kept. */
const PIECE_BYTES = 1024
const ASIDE = /^(\d{4}-\d\d-\d\d)\.jsonl\.gz\.damaged(?:-\d+)?$/

/** Returns the compressed days that cannot be read to their end, with the path of each. Reads them all. */
export async function damagedDays(folder: string): Promise<{ day: string; path: string }[]> {
  const found: { day: string; path: string }[] = []
  for (const day of archivedDays(folder)) {
    const path = pathsOf(folder, day).compressed
    try {
      const lines = linesOf(path)
      while (!(await lines.next()).done);
    } catch (error) {
      if (!isKittyError(error) || error.kind !== 'DamagedData') throw error
      found.push({ day, path })
    }
  }
  return found
}

/**
 * Moves what can be read of each damaged day to the day's plain file, and sets the damaged file aside. The caller holds
 * the write lock. After a crash in between, the next call does the same again.
 * @returns a message for each @throws KittyError
 */
export async function mendDays(folder: string): Promise<string[]> {
  const messages: string[] = []
  for (const { day, path } of await damagedDays(folder)) {
    const kept = await keepReadable(folder, day)
    const aside = freePath(`${path}.damaged`)
    renameSynced(path, aside)
    messages.push(
      `${path} was damaged: ${kept} of its events could be read and are kept, the file is now ${aside}. What is in the log is not affected.`,
    )
  }
  return messages
}

/** Removes the files that were set aside on days before this one. */
export function forgetDamaged(folder: string, before: string): void {
  for (const name of namesIn(folder)) {
    const day = ASIDE.exec(name)?.[1]
    if (day !== undefined && day < before) removeFile(join(folder, name))
  }
}

/** @returns how many events of the compressed file are now in the plain one */
async function keepReadable(folder: string, day: string): Promise<number> {
  const { plain, compressed } = pathsOf(folder, day)
  const temporary = `${plain}.tmp`
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC
    const descriptor = openRegular(temporary, flags, 0o600)
    let kept = 0
    try {
      shareNewFile(descriptor, temporary)
      await eachReadableLine(compressed, (line) => {
        if (rawLine(line) === undefined) return
        writeFully(descriptor, line)
        kept += 1
      })
      for await (const line of linesOf(plain)) writeFully(descriptor, line)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameOver(temporary, plain)
    return kept
  } catch (error) {
    discard(temporary)
    throw storageError(error, plain, 'not stored')
  }
}

/**
 * Passes on the lines up to the damage. Not by iterating over the stream, which drops what it has decompressed when an
 * error comes.
 */
function eachReadableLine(path: string, take: (line: Buffer) => void): Promise<void> {
  const open = openToRead(path)
  if (open === undefined) return Promise.resolve()
  const source = createReadStream('', { fd: open.fd, start: 0 })
  const unzip = createGunzip({ chunkSize: PIECE_BYTES, finishFlush: zlib.Z_SYNC_FLUSH })
  let held: Buffer = Buffer.alloc(0)
  return new Promise((resolve, reject) => {
    const end = (failure?: unknown): void => {
      source.destroy()
      unzip.destroy()
      if (failure === undefined) resolve()
      else reject(asError(failure))
    }
    source.on('error', (error) => {
      end(storageError(error, path, 'not readable'))
    })
    // Damage ends the file: what came before it is what can be read.
    for (const way of ['error', 'end'])
      unzip.on(way, () => {
        end()
      })
    unzip.on('data', (piece: Buffer) => {
      try {
        held = Buffer.concat([held, piece])
        for (let at = held.indexOf(LF); at >= 0; at = held.indexOf(LF)) {
          take(held.subarray(0, at + 1))
          held = held.subarray(at + 1)
        }
        // No event is that long.
        if (held.length > MAX_LINE_BYTES) held = Buffer.alloc(0)
      } catch (error) {
        end(error)
      }
    })
    source.pipe(unzip)
  })
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
