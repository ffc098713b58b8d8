import {
  type BigIntStats,
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { assertPlainFile } from './assert-safe.js'
import { NO_SURPRISES, readFully, identityAt, syncFolder } from './open-file.js'
import { storageError } from './storage-error.js'

const LF = 0x0a
const NEWLINE = Buffer.from('\n')

/** What a failed append may have left behind. */
export type Undo = 'undone' | 'may be stored'

/**
 * One append to one file, held open from its first byte until it is known where the bytes ended up:
 * `open` → `write` → `sync` → `isInPlace`, or `cutBack` after any failure. Held open beyond that, it is good for another:
 * `again` → `write` → …
 */
export class Append {
  /** Byte where the caller's bytes start. */
  offset = 0
  /** What to say about an append that was stored all the same. */
  warning: string | undefined
  private oldSize = 0
  private newSize = 0
  /** Where a whole line ended, and when the file was last written if that is known: then it ends there still. */
  private wholeAt: { readonly size: number; readonly mtimeNs?: bigint } | undefined

  private constructor(
    readonly path: string,
    private readonly fd: number,
    private readonly opened: BigIntStats,
    private isNew: boolean,
  ) {}

  /**
   * @param create False: a file that is not there is not made; undefined is returned.
   * @throws KittyError
   */
  static open(path: string, create: false): Append | undefined
  static open(path: string, create: true): Append
  static open(path: string, create: boolean): Append | undefined {
    const found = openOrCreate(path, create)
    if (found === undefined) return undefined
    try {
      const stats = fstatSync(found.fd, { bigint: true })
      assertPlainFile(path, stats)
      const append = new Append(path, found.fd, stats, found.isNew)
      append.oldSize = append.newSize = Number(stats.size)
      return append
    } catch (error) {
      closeSync(found.fd)
      throw error
    }
  }

  /**
   * Ready for another append, unless the path names another file by now, or who may write to it has changed, or that
   * cannot be told: opened anew, it says what is wrong with it.
   */
  again(): boolean {
    const now = this.statsIfNamed()
    if (now?.mode !== this.opened.mode) return false
    this.oldSize = this.newSize = Number(now.size)
    const { wholeAt } = this
    if (wholeAt?.size !== this.oldSize || (wholeAt.mtimeNs ?? now.mtimeNs) !== now.mtimeNs)
      this.wholeAt = undefined
    this.isNew = false
    this.warning = undefined
    return true
  }

  /**
   * One write of one buffer, so that no other writer's bytes come between. A tail without newline, which git may
   * have put there a moment ago, is ended first: else it would swallow the line that is written now.
   * @throws KittyError
   */
  write(bytes: Buffer): void {
    try {
      const isTorn = this.oldSize > 0 && this.wholeAt === undefined && this.lastByte() !== LF
      this.wholeAt = undefined
      const buffer = isTorn ? Buffer.concat([NEWLINE, bytes]) : bytes
      this.offset = this.oldSize + buffer.length - bytes.length
      for (let done = 0; done < buffer.length;) {
        const written = writeSync(this.fd, buffer, done)
        done += written
        this.newSize += written
      }
      if (bytes.at(-1) === LF) this.wholeAt = { size: this.newSize }
    } catch (error) {
      throw storageError(error, this.path, 'not stored')
    }
  }

  /** Asked once: after a failed fsync the kernel may call the lost pages clean (fsync(2), "Bugs"). */
  sync(): void {
    fdatasyncSync(this.fd)
  }

  /** Whether its name may not be on disk yet. */
  get isNewFile(): boolean {
    return this.isNew
  }

  /** The new file's name on disk. A failure is no reason to refuse what the file itself has stored: a `warning`. */
  syncName(): void {
    if (!this.isNew) return
    try {
      syncFolder(dirname(this.path))
    } catch (error) {
      const code = systemCode(error)
      if (code === undefined) throw error
      this.warning = `${this.path} is new, and its name may not be on disk yet (${code}): check the disk`
    }
  }

  /** True while the path still names the file written to, whole. Git replaces files without asking. */
  isInPlace(): boolean {
    const now = identityAt(this.path, this.opened)
    if (now === undefined || now.size < this.newSize) return false
    if (this.wholeAt !== undefined) this.wholeAt = { size: this.newSize, mtimeNs: now.mtimeNs }
    return true
  }

  /** The file as it was, unless another program has written to it since: cutting it would take that away as well. */
  cutBack(): Undo {
    this.wholeAt = undefined
    if (this.newSize === this.oldSize) return 'undone'
    try {
      if (fstatSync(this.fd).size !== this.newSize) return 'may be stored'
      ftruncateSync(this.fd, this.oldSize)
      return 'undone'
    } catch (error) {
      if (systemCode(error) === undefined) throw error
      return 'may be stored'
    }
  }

  close(): void {
    closeSync(this.fd)
  }

  private statsIfNamed(): BigIntStats | undefined {
    try {
      return identityAt(this.path, this.opened)
    } catch (error) {
      if (systemCode(error) === undefined) throw error
      return undefined
    }
  }

  private lastByte(): number {
    const byte = Buffer.alloc(1)
    readFully(this.fd, byte, 0, 1, this.oldSize - 1)
    return byte[0] ?? LF
  }
}

function openOrCreate(path: string, create: boolean): { fd: number; isNew: boolean } | undefined {
  const flags = constants.O_RDWR | constants.O_APPEND | NO_SURPRISES
  try {
    return { fd: openSync(path, flags), isNew: false }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw storageError(error, path, 'not stored')
  }
  if (!create) return undefined
  try {
    return { fd: openSync(path, flags | constants.O_CREAT, 0o644), isNew: true }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw storageError(error, path, 'not stored')
  }
  try {
    mkdirSync(dirname(path), { recursive: true })
    return { fd: openSync(path, flags | constants.O_CREAT, 0o644), isNew: true }
  } catch (error) {
    throw storageError(error, path, 'not stored')
  }
}
