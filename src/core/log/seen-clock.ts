import { closeSync, constants, mkdirSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { openToRead, readFully } from '../files/open-file.js'
import { openRegular } from '../platform/open-regular.js'

/** Enough for every clock value, so that a longer one never leaves digits behind. */
const DIGITS = 20

/**
 * The greatest clock that this clone has issued, in the private folder, which git never brings along. `clock.json` is in
 * the work tree: its committer would otherwise choose the clock of everyone who clones.
 */
export class SeenClock {
  #known = 0

  constructor(private readonly path: string) {}

  /** 0 if this clone has issued none, or does not remember. */
  get value(): number {
    const open = openToRead(this.path)
    if (open === undefined) return 0
    try {
      const buffer = Buffer.alloc(DIGITS)
      const value = Number(buffer.toString('latin1', 0, readFully(open.fd, buffer, 0, DIGITS, 0)))
      this.#known = Number.isSafeInteger(value) ? value : 0
      return this.#known
    } finally {
      closeSync(open.fd)
    }
  }

  /** Best effort: without it the next command takes the clock from the log. */
  raise(next: number): void {
    if (next <= this.#known) return
    try {
      const fd = this.#open()
      try {
        writeSync(fd, `${String(next).padStart(DIGITS)}\n`, 0)
        this.#known = next
      } finally {
        closeSync(fd)
      }
    } catch (error) {
      if (systemCode(error) === undefined) throw error
    }
  }

  #open(): number {
    const flags = constants.O_WRONLY | constants.O_CREAT
    try {
      return openRegular(this.path, flags, 0o644)
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
      mkdirSync(dirname(this.path), { recursive: true })
      return openRegular(this.path, flags, 0o644)
    }
  }
}
