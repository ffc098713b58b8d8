import { closeSync, constants, fstatSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { openToRead, readFully } from '../files/open-file.js'
import { storageError } from '../files/storage-error.js'
import { shareNewFile } from '../git/new-file-mode.js'
import { makeFolder } from '../git/shared-folder.js'
import { openRegular } from '../platform/open-regular.js'

/** Enough for every clock value, so that a longer one never leaves digits behind. */
const DIGITS = 20

/**
 * How far this clone has issued clock values, in the private folder, which git never brings along. `clock.json` is in
 * the work tree: its committer would otherwise choose the clock of everyone who clones.
 *
 * We overwrite the value in place. All values have the same width, so a write that a kill cuts short leaves the old
 * value or a greater one.
 */
export class SeenClock {
  /** The file may lag behind this process: it may be full. */
  #known = 0

  constructor(private readonly path: string) {}

  /** @returns the next value to issue, 0 if this clone has issued none @throws KittyError if it cannot be read */
  read(): { value: number; problem?: string } {
    try {
      const open = openToRead(this.path)
      if (open === undefined) return { value: this.#known }
      try {
        const buffer = Buffer.alloc(DIGITS)
        const value = Number(buffer.toString('latin1', 0, readFully(open.fd, buffer, 0, DIGITS, 0)))
        const isUsable = Number.isSafeInteger(value) && value >= 0
        return {
          value: isUsable ? Math.max(value, this.#known) : this.#known,
          ...(!isUsable && { problem: `${this.path} holds no clock value` }),
        }
      } finally {
        closeSync(open.fd)
      }
    } catch (error) {
      throw storageError(error, this.path, 'not readable')
    }
  }

  /** @returns a warning if it could not be written */
  set(next: number): string | undefined {
    if (next === this.#known) return undefined
    this.#known = next
    try {
      const fd = this.#open()
      try {
        if (fstatSync(fd).size === 0) shareNewFile(fd, this.path)
        const bytes = Buffer.from(`${String(next).padStart(DIGITS)}\n`)
        for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, done)
        return undefined
      } finally {
        closeSync(fd)
      }
    } catch (error) {
      const code = systemCode(error)
      if (code === undefined) throw error
      return `${this.path} could not be saved (${code}); if git takes the newest event away, the next command may give its clock value to another event`
    }
  }

  #open(): number {
    const flags = constants.O_WRONLY | constants.O_CREAT
    try {
      return openRegular(this.path, flags, 0o644)
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
      makeFolder(dirname(this.path))
      return openRegular(this.path, flags, 0o644)
    }
  }
}
