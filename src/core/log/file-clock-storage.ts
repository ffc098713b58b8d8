import { closeSync, constants, fstatSync, lstatSync } from 'node:fs'
import { isKittyError, systemCode } from '../errors/kitty-error.js'
import { discard, identityOf, openToRead, readFully, writeFully } from '../files/open-file.js'
import { storageError } from '../files/storage-error.js'
import { shareNewFile } from '../git/new-file-mode.js'
import type { ClockReading, ClockStorage } from './clock-storage.js'
import type { SeenClock } from './seen-clock.js'
import { renameOver } from '../platform/rename-over.js'
import { openRegular } from '../platform/open-regular.js'

/** Far more than the two keys need: kitty did not write a larger file. */
const MAX_BYTES = 4096

/**
 * Stores the clock in `clock.json`, replacing the whole file, and what this clone has issued in its private folder. We
 * sync neither: after a power failure they may be behind, and the log decides.
 */
export class FileClockStorage implements ClockStorage {
  /** The value last read, and the identity of the file it came from. */
  private known: { readonly identity: string; readonly value: number } | undefined

  constructor(
    private readonly path: string,
    private readonly seen: SeenClock,
  ) {}

  read(): ClockReading {
    const { value: own, problem } = this.seen.read()
    return { own, ...this.#inFile(), ...(problem !== undefined && { problem }) }
  }

  remember(next: number): string | undefined {
    return this.seen.set(next)
  }

  write(next: number, now: Date): string | undefined {
    // A fixed name: only the lock holder writes it, so a crash leaves at most one such file.
    const temporary = `${this.path}.tmp`
    const text = `${JSON.stringify({ value: next, last_updated: now.toISOString() }, null, 2)}\n`
    try {
      writeNew(temporary, Buffer.from(text))
      renameOver(temporary, this.path)
      return undefined
    } catch (error) {
      const code = systemCode(error)
      if (code === undefined) throw error
      discard(temporary)
      return `${this.path} could not be saved (${code}); the next command finds the clock in the log`
    }
  }

  #inFile(): { file?: number; problem?: string } {
    try {
      if (this.known !== undefined && this.known.identity === this.identity())
        return { file: this.known.value }
      const found = this.readText()
      if (found === undefined) return {}
      const parsed = this.parse(found.text)
      if ('problem' in parsed) return parsed
      this.known = { identity: found.identity, value: parsed.value }
      return { file: parsed.value }
    } catch (error) {
      const failure = storageError(error, this.path, 'not readable')
      if (!isKittyError(failure)) throw error
      return { problem: failure.message }
    }
  }

  private identity(): string | undefined {
    const stats = lstatSync(this.path, { bigint: true, throwIfNoEntry: false })
    return stats && identityOf(stats)
  }

  private readText(): { text: string; identity: string } | undefined {
    const open = openToRead(this.path)
    if (open === undefined) return undefined
    try {
      const buffer = Buffer.allocUnsafe(MAX_BYTES)
      const text = buffer.toString('utf8', 0, readFully(open.fd, buffer, 0, MAX_BYTES, 0))
      return { text, identity: identityOf(open.stats) }
    } finally {
      closeSync(open.fd)
    }
  }

  private parse(text: string): { value: number } | { problem: string } {
    let content: unknown
    try {
      content = JSON.parse(text)
    } catch {
      return { problem: `${this.path} is not JSON` }
    }
    const value =
      typeof content === 'object' && content !== null && 'value' in content ? content.value : undefined
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return { value }
    return { problem: `${this.path} holds no clock value` }
  }
}

function writeNew(path: string, bytes: Buffer): void {
  const fd = openRegular(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o644)
  try {
    // Each write makes a new file: look at the settings only where the umask is stricter than usual.
    if ((fstatSync(fd).mode & 0o040) === 0) shareNewFile(fd, path)
    writeFully(fd, bytes)
  } finally {
    closeSync(fd)
  }
}
