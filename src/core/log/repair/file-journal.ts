import { constants, closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { Append } from '../../files/append-file.js'
import type { RawLine } from '../event-log.js'
import { LastAppend } from '../last-append.js'
import { NO_SURPRISES, openToRead, readFully } from '../../files/open-file.js'
import { storageError } from '../../files/storage-error.js'
import type { Journal, JournalEntry, JournalPosition, JournalReading } from './journal.js'

export class FileJournal implements Journal {
  readonly #last = new LastAppend()

  constructor(private readonly path: string) {}

  append(bytes: Buffer): JournalEntry {
    const append = this.#last.again(this.path) ?? Append.open(this.path, true)
    try {
      append.write(bytes)
    } catch (error) {
      append.cutBack()
      append.close()
      throw error
    }
    return {
      undo: () => append.cutBack(),
      sync: () => {
        append.sync()
        append.syncName()
      },
      close: () => {
        this.#last.keep(append)
      },
    }
  }

  read(since?: JournalPosition): JournalReading {
    const open = openToRead(this.path)
    if (open === undefined) return { lines: [], end: { offset: 0, identity: '' }, size: 0 }
    try {
      const { ino, birthtimeNs, size } = open.stats
      // The birth time as well: a file system gives a freed inode's number to the next file.
      const identity = `${ino}:${birthtimeNs}`
      const isSame = since?.identity === identity && since.offset <= size
      const from = isSame ? since.offset : 0
      const buffer = Buffer.allocUnsafe(Number(size) - from)
      const bytes = buffer.subarray(0, readFully(open.fd, buffer, 0, buffer.length, from))
      const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1)
      return {
        lines: journalLines(whole),
        end: { offset: from + whole.length, identity },
        size: Number(size),
      }
    } catch (error) {
      throw storageError(error, this.path, 'not readable')
    } finally {
      closeSync(open.fd)
    }
  }

  rewrite(keep: readonly RawLine[]): void {
    // One name, since only the lock's holder comes here: a crash leaves at most one of it.
    const temporary = `${this.path}.tmp`
    try {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | NO_SURPRISES
      const fd = openSync(temporary, flags, 0o644)
      try {
        const bytes = Buffer.concat(keep.map((line) => line.bytes))
        for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done)
        fsyncSync(fd)
      } finally {
        closeSync(fd)
      }
      renameSync(temporary, this.path)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw storageError(error, this.path, 'not stored')
    }
  }

  close(): void {
    this.#last.close()
  }

  size(): number {
    const open = openToRead(this.path)
    if (open === undefined) return 0
    closeSync(open.fd)
    return Number(open.stats.size)
  }
}

function journalLines(bytes: Buffer): RawLine[] {
  const lines: RawLine[] = []
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0x0a, start) + 1
    const line = rawLine(bytes.subarray(start, end))
    if (line !== undefined) lines.push(line)
    start = end
  }
  return lines
}

/** The trace of a crash inside the journal is of an event nobody was told about. */
function rawLine(bytes: Buffer): RawLine | undefined {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('event_id' in value) || !('timestamp' in value))
    return undefined
  const { event_id, timestamp } = value
  if (typeof event_id !== 'string' || typeof timestamp !== 'string') return undefined
  return { event_id, timestamp, bytes }
}
