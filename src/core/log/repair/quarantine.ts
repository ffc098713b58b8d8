import { closeSync, constants, fsyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from '../format/crc32.js'
import { chunks, cutLines } from '../format/cut-lines.js'
import { makeErrorsFolder } from './errors-folder.js'
import { type EventLog, type LogLine, SCAN_START } from '../event-log.js'
import { NO_SURPRISES, openToRead, syncFolder } from '../../files/open-file.js'
import { storageError } from '../../files/storage-error.js'
import type { LogFolders } from './torn-tail.js'

const ATTEMPTS = 3

/** Whether a line that is no event is to be moved. */
export type Choice = (line: LogLine) => boolean

/**
 * Moves the lines of a day's file that are no events to `.kittify/errors`: byte for byte, with a note beside them that
 * says for each where it stood and what is wrong with it. For the holder of the lock. Nothing is cut before its copy
 * is on disk, and a crash in between makes the next call write the same copy again.
 * @param isChosen Of the lines that are no events; all of them without it.
 * @returns path of the copy; undefined when there is nothing to move, or git keeps replacing the file
 * @throws KittyError when the copy cannot be written: the log is as it was.
 */
export function quarantineLines(
  log: EventLog,
  folders: LogFolders,
  file: string,
  isChosen: Choice = () => true,
): string | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { damaged, identity } = damagedLines(log, file, isChosen)
    if (damaged.length === 0) return undefined
    const copy = copyToErrors(folders, file, damaged)
    if (cutLines(folders.eventsDir, file, damaged, identity)) return copy
  }
  return undefined
}

function damagedLines(
  log: EventLog,
  file: string,
  isChosen: Choice,
): { damaged: LogLine[]; identity: string } {
  const damaged: LogLine[] = []
  const scan = log.scan(file, SCAN_START)
  let step = scan.next()
  for (; !step.done; step = scan.next()) damaged.push(...step.value.filter(isDamaged))
  const { identity, offset } = step.value
  // A tail without newline is a torn tail, which has its own repair.
  return { damaged: damaged.filter((line) => line.offset < offset && isChosen(line)), identity }
}

/** Git's own markers are not damage: the file is put in order, and they are gone. */
function isDamaged({ event, problem }: LogLine): boolean {
  return event === undefined && problem !== undefined && problem.kind !== 'conflict_marker'
}

function copyToErrors({ eventsDir, errorsDir }: LogFolders, file: string, lines: readonly LogLine[]): string {
  const source = openToRead(join(eventsDir, file))
  if (source === undefined) throw new Error(`${file} was listed a moment ago and is gone`)
  try {
    const bytes = (): Generator<Buffer> => bytesOf(source.fd, lines)
    let crc = 0
    for (const chunk of bytes()) crc = crc32(chunk, crc)
    const path = join(errorsDir, `damaged-${file}-${crc.toString(16).padStart(8, '0')}`)
    makeErrorsFolder(errorsDir)
    writeWhole(path, bytes())
    writeWhole(`${path}.note`, [Buffer.from(lines.map(note).join(''))])
    syncFolder(errorsDir)
    return path
  } catch (error) {
    throw storageError(error, errorsDir, 'not stored')
  } finally {
    closeSync(source.fd)
  }
}

function* bytesOf(fd: number, lines: readonly LogLine[]): Generator<Buffer> {
  for (const line of lines) yield* chunks(fd, line)
}

function note({ file, line, offset, length, problem }: LogLine): string {
  return `${JSON.stringify({ file, line, offset, length, kind: problem?.kind, message: problem?.message })}\n`
}

function writeWhole(path: string, content: Iterable<Buffer>): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | NO_SURPRISES, 0o644)
  try {
    for (const bytes of content) for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
