import { closeSync, createReadStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { KittyError, systemCode } from '../../errors/kitty-error.js'
import { shownCommand } from '../../errors/next-step.js'
import { openToRead, readFully, sizeOf } from '../../files/open-file.js'
import { storageError } from '../../files/storage-error.js'

/** One day of the archive: its size on disk, compressed or not, and its number of events. */
export interface ArchivedDay {
  /** The day its lines were archived, `YYYY-MM-DD` in UTC. */
  readonly day: string
  readonly bytes: number
  readonly events: number
}

const DAY = /^(\d{4}-\d\d-\d\d)\.jsonl(?:\.gz)?$/
const LF = 0x0a
/** A header, no content in two bytes, and a trailer (RFC 1952): kitty writes no shorter one. */
const SMALLEST_GZIP = 20

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
  return [...new Set(namesIn(folder).flatMap((name) => DAY.exec(name)?.[1] ?? []))].sort()
}

/** Returns the names of the archive's files. Empty if there is no archive. @throws KittyError */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw storageError(error, folder, 'not readable')
  }
}

/** Returns a day's size in bytes of lines, without reading them; NaN if its compressed file is too short to have one. */
export function lineBytes({ plain, compressed }: DayPaths): number {
  return sizeOf(plain) + uncompressedSize(compressed)
}

/**
 * Yields every whole line of a day, compressed ones first. Holds one chunk and one line in memory.
 * @throws KittyError as `linesOf`
 */
export async function* linesOfDay(paths: DayPaths): AsyncGenerator<Buffer> {
  yield* linesOf(paths.compressed)
  yield* linesOf(paths.plain)
}

/**
 * Yields every whole line of a file; none when there is no such file.
 * @throws KittyError DamagedData after the last line that can be read, for a compressed file that is cut or changed;
 * UnsafeSetup for what is no plain file
 */
export async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const open = openToRead(path)
  if (open === undefined) return
  const isCompressed = /\.gz(?:\.tmp)?$/.test(path)
  const source = createReadStream('', { fd: open.fd, start: 0, highWaterMark: 1024 * 1024 })
  const chunks: AsyncIterable<Buffer> = isCompressed ? unzipped(source) : source
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
      held.push(chunk.subarray(start))
    }
  } catch (error) {
    throw systemCode(error)?.startsWith('Z_') === true
      ? damaged(path, error)
      : storageError(error, path, 'not readable')
  } finally {
    source.destroy()
  }
}

/** The error for a compressed file that does not hold what kitty put there. */
function damaged(path: string, cause: unknown): KittyError {
  return new KittyError('DamagedData', `${path} is damaged: what it holds cannot be read to its end.`, {
    nextSteps: shownCommand(['kitty', 'doctor', '--fix'], 'keeps what can be read of it'),
    context: { path },
    cause,
  })
}

function unzipped(source: ReturnType<typeof createReadStream>): AsyncIterable<Buffer> {
  const unzip = createGunzip()
  source.on('error', (error) => unzip.destroy(error))
  return source.pipe(unzip)
}

/** Reads the size from gzip's trailer (RFC 1952, ISIZE), for a file with one member. */
function uncompressedSize(path: string): number {
  const open = openToRead(path)
  if (open === undefined) return 0
  try {
    const size = Number(open.stats.size)
    // Damaged: no list of IDs fits, also with what the plain file adds, and reading the lines reports it.
    if (size < SMALLEST_GZIP) return NaN
    const trailer = Buffer.alloc(4)
    return readFully(open.fd, trailer, 0, 4, size - 4) === 4 ? trailer.readUInt32LE() : NaN
  } catch (error) {
    throw storageError(error, path, 'not readable')
  } finally {
    closeSync(open.fd)
  }
}
