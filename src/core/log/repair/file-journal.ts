import { constants, closeSync, fsyncSync } from 'node:fs'
import { basename } from 'node:path'
import { Append } from '../../files/append-file.js'
import type { RawLine } from '../event-log.js'
import { LastAppend } from '../last-append.js'
import { discard, openToRead, readFully, writeFully } from '../../files/open-file.js'
import { storageError } from '../../files/storage-error.js'
import { shareNewFile } from '../../git/new-file-mode.js'
import type { Journal, JournalCommand, JournalEntry, JournalPosition, JournalReading } from './journal.js'
import { journalRecord, readRecords } from './journal-records.js'
import { moveToErrors } from './torn-tail.js'
import { openRegular } from '../../platform/open-regular.js'
import { renameSynced } from '../../files/rename-synced.js'

export class FileJournal implements Journal {
  readonly #last = new LastAppend()

  constructor(private readonly path: string) {}

  append({ id, lines }: JournalCommand): JournalEntry {
    const append = this.#last.again(this.path) ?? Append.open(this.path, true)
    try {
      append.write(journalRecord(id, lines))
    } catch (error) {
      append.cutBack()
      append.close()
      throw error
    }
    return {
      undo: () => append.cutBack(),
      sync: () => {
        append.sync()
        // Its name is not synced otherwise, neither when it is new nor when it was rewritten.
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
      // Include the birth time: a file system may give a freed inode number to the next file.
      const identity = `${ino}:${birthtimeNs}`
      const isSame = since?.identity === identity && since.offset <= size
      const from = isSame ? since.offset : 0
      const buffer = Buffer.allocUnsafe(Number(size) - from)
      const bytes = buffer.subarray(0, readFully(open.fd, buffer, 0, buffer.length, from))
      const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1)
      const { lines, end } = readRecords(whole)
      return {
        lines,
        end: { offset: from + end, identity },
        size: Number(size),
      }
    } catch (error) {
      throw storageError(error, this.path, 'not readable')
    } finally {
      closeSync(open.fd)
    }
  }

  repair(errorsDir: string): string | undefined {
    const { end, size } = this.read()
    if (end.offset >= size) return undefined
    this.#last.close()
    const copy = moveToErrors(this.path, end.offset, errorsDir)
    return copy === undefined
      ? undefined
      : `${basename(this.path)} was repaired at byte ${end.offset}: part of a command that was cut short and never acknowledged, moved to ${copy}`
  }

  rewrite(keep: readonly RawLine[]): void {
    // A fixed name: only the lock holder writes it, so a crash leaves at most one such file.
    const temporary = `${this.path}.tmp`
    try {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC
      const fd = openRegular(temporary, flags, 0o644)
      try {
        shareNewFile(fd, temporary)
        writeFully(fd, Buffer.concat(keep.map((line) => line.bytes)))
        fsyncSync(fd)
      } finally {
        closeSync(fd)
      }
      // Else a power cut brings back the old journal, whose last lines were not synced.
      renameSynced(temporary, this.path)
    } catch (error) {
      discard(temporary)
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
