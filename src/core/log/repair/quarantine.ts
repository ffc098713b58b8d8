import { closeSync, constants, fsyncSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from '../format/crc32.js'
import { chunks, cutLines } from '../format/cut-lines.js'
import { makeErrorsFolder } from './errors-folder.js'
import { type EventLog, type LogLine, SCAN_START } from '../event-log.js'
import { openToRead, syncFolder, writeFully } from '../../files/open-file.js'
import { storageError } from '../../files/storage-error.js'
import type { LogFolders } from './torn-tail.js'
import { openRegular } from '../../platform/open-regular.js'

const ATTEMPTS = 3

/** Decides whether to move a line that is not an event. */
export type Choice = (line: LogLine) => boolean

/**
 * Moves the lines of a day file that are not events to `.kittify/errors`, byte for byte, with a note that says where
 * each one was and what is wrong with it. The caller must hold the write lock. Nothing is cut before its copy is on
 * disk. After a crash in between, the next call writes the same copy again.
 * @param isChosen Selects among the lines that are not events; by default all of them.
 * @returns path of the copy; undefined if there is nothing to move, or if git keeps replacing the file
 * @throws KittyError if the copy cannot be written: the log is unchanged.
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
  // One by one: a part of a file may have more lines than a call takes arguments.
  for (; !step.done; step = scan.next())
    for (const line of step.value) if (isDamaged(line)) damaged.push(line)
  const { identity, offset } = step.value
  // A tail without a newline is a torn tail, which has its own repair.
  return { damaged: damaged.filter((line) => line.offset < offset && isChosen(line)), identity }
}

/** Git's conflict markers are not damage: normalizing the file removes them. */
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
  const fd = openRegular(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o644)
  try {
    for (const bytes of content) writeFully(fd, bytes)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
