import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  writeSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { systemCode } from '../../errors/kitty-error.js'
import { assertPlainFile } from '../../files/assert-safe.js'
import { makeFolder } from '../../git/shared-folder.js'
import { crc32 } from '../format/crc32.js'
import type { LogLine, TailRepair } from '../event-log.js'
import { LineReader, MAX_LINE_BYTES } from '../format/line-codec.js'
import { readFully, writeFully } from '../../files/open-file.js'
import { noteEnded } from './ended-tails.js'
import { storageError } from '../../files/storage-error.js'
import { openRegular } from '../../platform/open-regular.js'
import { counted } from '../../errors/counted.js'

const LF = 0x0a
const NEWLINE = Buffer.from('\n')
const CHUNK_BYTES = 64 * 1024

export interface LogFolders {
  readonly eventsDir: string
  readonly errorsDir: string
  /** Git's directory for the checkout that holds the log, if there is one. */
  readonly logGitDir?: string
  /** Where tails that were ended while git was at work are recorded. */
  readonly privateDir?: string
}

/**
 * Repairs the bytes after a file's last newline; returns undefined if there are none. The caller must hold the write
 * lock: without it, the bytes may be another writer's append in progress. See `docs/formats.md`, "A line".
 */
export function repairTail(folders: LogFolders, file: string): TailRepair | undefined {
  const path = join(folders.eventsDir, file)
  let fd: number
  try {
    // Only append: writing a newline at an offset measured a moment ago might overwrite another program's bytes.
    fd = openRegular(path, constants.O_RDWR | constants.O_APPEND)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw storageError(error, path, 'not stored')
  }
  try {
    const stats = fstatSync(fd)
    assertPlainFile(path, stats)
    const offset = startOfTail(fd, stats.size)
    return offset === stats.size ? undefined : repair(folders, { file, fd, offset, size: stats.size })
  } catch (error) {
    throw storageError(error, path, 'not stored')
  } finally {
    closeSync(fd)
  }
}

interface Tail {
  readonly file: string
  readonly fd: number
  readonly offset: number
  /** Size of the file. */
  readonly size: number
}

function repair(folders: LogFolders, tail: Tail): TailRepair {
  const { file, offset, size } = tail
  const bytes = size - offset
  const repaired = `${file} was repaired at byte ${offset}: ${counted(bytes, 'byte')} without a newline`
  if (isWholeEvent(tail)) {
    endLine(tail)
    return { file, offset, bytes, action: 'completed', message: `${repaired}, a whole event, kept.` }
  }
  // Git may be writing this very file: cutting it now would leave a hole of NUL bytes.
  const isGitAtWork = folders.logGitDir !== undefined && existsSync(join(folders.logGitDir, 'index.lock'))
  const quarantine = isGitAtWork ? undefined : copyToErrors(folders.errorsDir, tail)
  if (quarantine === undefined || !cut(tail)) {
    // Never cut what has no copy: as its own line the tail is reported, and hides no other line.
    endLine(tail)
    if (isGitAtWork && folders.privateDir !== undefined)
      noteEnded(folders.privateDir, { file, bytes, crc32: checksum(tail) })
    return { file, offset, bytes, action: 'ended', message: `${repaired}, not an event, ended.` }
  }
  const message = `${repaired} moved to ${quarantine}`
  return { file, offset, bytes, action: 'quarantined', quarantine, message }
}

function startOfTail(fd: number, size: number): number {
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size))
  // There is almost never a tail, and one byte shows it.
  if (size === 0 || (readFully(fd, buffer, 0, 1, size - 1) === 1 && buffer[0] === LF)) return size
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - CHUNK_BYTES)
    const read = readFully(fd, buffer, 0, end - start, start)
    const newline = buffer.subarray(0, read).lastIndexOf(LF)
    if (newline >= 0) return start + newline + 1
    end = start
  }
  return 0
}

function isWholeEvent({ file, fd, offset, size }: Tail): boolean {
  if (size - offset >= MAX_LINE_BYTES) return false
  const line = Buffer.alloc(size - offset + 1, NEWLINE)
  readFully(fd, line, 0, size - offset, offset)
  const lines: LogLine[] = []
  new LineReader(file, 0, offset).read(line, lines)
  return lines[0]?.event !== undefined
}

/** @returns false if the file has grown or shrunk since its tail was read. */
function cut({ fd, offset, size }: Tail): boolean {
  if (fstatSync(fd).size !== size) return false
  ftruncateSync(fd, offset)
  fsyncSync(fd)
  return true
}

function endLine({ fd }: Tail): void {
  writeSync(fd, NEWLINE)
  fsyncSync(fd)
}

/**
 * Moves a file's bytes from `offset` on to the errors folder. Only for files that no one but the lock holder writes.
 * @returns path of the copy; undefined if no copy can be made, and then nothing is cut. @throws KittyError
 */
export function moveToErrors(path: string, offset: number, errorsDir: string): string | undefined {
  const fd = openRegular(path, constants.O_RDWR)
  try {
    const tail = { file: basename(path), fd, offset, size: fstatSync(fd).size }
    const copy = copyToErrors(errorsDir, tail)
    return copy !== undefined && cut(tail) ? copy : undefined
  } catch (error) {
    throw storageError(error, path, 'not stored')
  } finally {
    closeSync(fd)
  }
}

/**
 * Copies the tail to disk and returns the path; undefined if no copy can be made. The name derives from location and
 * content, so after a crash between copy and cut the next repair writes the same file again, not a second one.
 */
function copyToErrors(errorsDir: string, tail: Tail): string | undefined {
  const content = `${tail.size - tail.offset}-${checksum(tail).toString(16).padStart(8, '0')}`
  const path = join(errorsDir, `torn-${tail.file}-${tail.offset}-${content}`)
  try {
    // Reject a link: anyone who can commit one could choose where the bytes go.
    if (lstatSync(errorsDir, { throwIfNoEntry: false })?.isSymbolicLink()) return undefined
    makeFolder(errorsDir)
    const fd = openRegular(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o644)
    try {
      for (const chunk of chunks(tail)) writeFully(fd, chunk)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    return path
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return undefined
  }
}

function checksum(tail: Tail): number {
  let crc = 0
  for (const chunk of chunks(tail)) crc = crc32(chunk, crc)
  return crc
}

function* chunks({ fd, offset, size }: Tail): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  for (let at = offset; at < size;) {
    const read = readFully(fd, buffer, 0, Math.min(CHUNK_BYTES, size - at), at)
    if (read === 0) return
    yield buffer.subarray(0, read)
    at += read
  }
}
