import { closeSync, constants, createReadStream, fstatSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { systemCode } from '../../errors/kitty-error.js'
import { storageError } from '../../files/storage-error.js'
import { openRegular } from '../../platform/open-regular.js'

/** One day of the archive: its size on disk, compressed or not, and its number of events. */
export interface ArchivedDay {
  /** The day its lines were archived, `YYYY-MM-DD` in UTC. */
  readonly day: string
  readonly bytes: number
  readonly events: number
}

const DAY = /^(\d{4}-\d\d-\d\d)\.jsonl(?:\.gz)?$/
const LF = 0x0a

export interface DayPaths {
  readonly plain: string
  readonly compressed: string
  readonly ids: string
}

export function pathsOf(folder: string, day: string): DayPaths {
  const plain = join(folder, `${day}.jsonl`)
  return { plain, compressed: `${plain}.gz`, ids: join(folder, `${day}.ids`) }
}

/** Returns the days that have lines, in order. Empty if there is no archive. */
export function archivedDays(folder: string): string[] {
  try {
    return [...new Set(readdirSync(folder).flatMap((name) => DAY.exec(name)?.[1] ?? []))].sort()
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw storageError(error, folder, 'not readable')
  }
}

/** Size on disk in bytes; 0 if the file does not exist. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** Returns a day's size in bytes of lines, without reading them. */
export function lineBytes({ plain, compressed }: DayPaths): number {
  return sizeOf(plain) + uncompressedSize(compressed)
}

/** Yields every whole line of a day, compressed ones first. Holds one chunk and one line in memory. */
export async function* linesOfDay(paths: DayPaths): AsyncGenerator<Buffer> {
  for (const path of [paths.compressed, paths.plain]) {
    if (sizeOf(path) > 0) yield* linesOf(path)
  }
}

/** @throws KittyError for a file that cannot be read or that kitty did not compress. */
export async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const source = createReadStream(path, { flags: 'r', highWaterMark: 1024 * 1024 })
  const chunks: AsyncIterable<Buffer> = /\.gz(?:\.tmp)?$/.test(path) ? unzipped(source) : source
  let held: Buffer[] = []
  try {
    for await (const chunk of chunks) {
      let start = 0
      for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
        const part = chunk.subarray(start, end + 1)
        yield held.length === 0 ? part : Buffer.concat([...held, part])
        held = []
        start = end + 1
      }
      if (start < chunk.length) held.push(chunk.subarray(start))
    }
  } catch (error) {
    throw storageError(error, path, 'not readable')
  } finally {
    source.destroy()
  }
}

function unzipped(source: ReturnType<typeof createReadStream>): AsyncIterable<Buffer> {
  const unzip = createGunzip()
  source.on('error', (error) => unzip.destroy(error))
  return source.pipe(unzip)
}

/** Reads the size from gzip's trailer (RFC 1952, ISIZE), for a file with one member. */
function uncompressedSize(path: string): number {
  let descriptor: number
  try {
    descriptor = openRegular(path, constants.O_RDONLY)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0
    throw storageError(error, path, 'not readable')
  }
  try {
    const { size } = fstatSync(descriptor)
    const trailer = Buffer.alloc(4)
    return readSync(descriptor, trailer, 0, 4, size - 4) === 4 ? trailer.readUInt32LE() : -1
  } finally {
    closeSync(descriptor)
  }
}
