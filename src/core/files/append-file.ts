import {
  type BigIntStats,
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { assertPlainFile } from './assert-safe.js'
import { shareNewFile } from '../git/new-file-mode.js'
import { makeFolder } from '../git/shared-folder.js'
import { readFully, identityAt, syncFolder } from './open-file.js'
import { storageError } from './storage-error.js'
import { openRegular } from '../platform/open-regular.js'

const LF = 0x0a
const NEWLINE = Buffer.from('\n')

/** What a failed append may have left behind. */
export type Undo = 'undone' | 'may be stored'

/**
 * One append to one file. The file stays open from the first byte until we know where the bytes are: `open` → `nameFirst`
 * → `write` → `sync` → `isInPlace`, or `cutBack` after any failure. If it stays open after that, it can append again:
 * `again` → `write` → …
 */
export class Append {
  /** Offset of the caller's first byte. */
  offset = 0
  /** A message about an append that was stored all the same. */
  warning: string | undefined
  private oldSize = 0
  private newSize = 0
  /**
   * Where a whole line ended, and the file's mtime then if known: while they match, the file still ends with a whole
   * line.
   */
  private wholeAt: { readonly size: number; readonly mtimeNs?: bigint } | undefined

  private constructor(
    readonly path: string,
    private readonly fd: number,
    private readonly opened: BigIntStats,
    /** Its name may not be on disk: the process that created it may have been killed before the sync. */
    private isEmpty: boolean,
  ) {}

  /**
   * @param create false: does not create a missing file, and returns undefined
   * @throws KittyError
   */
  static open(path: string, create: false): Append | undefined
  static open(path: string, create: true): Append
  static open(path: string, create: boolean): Append | undefined {
    const fd = openOrCreate(path, create)
    if (fd === undefined) return undefined
    try {
      const stats = fstatSync(fd, { bigint: true })
      assertPlainFile(path, stats)
      const append = new Append(path, fd, stats, stats.size === 0n)
      append.oldSize = append.newSize = Number(stats.size)
      return append
    } catch (error) {
      closeSync(fd)
      throw error
    }
  }

  /**
   * Gets ready for another append. Returns false when the path names another file now, when the file's permissions have
   * changed, or when we cannot tell; opening the path again then reports what is wrong.
   */
  again(): boolean {
    const now = this.statsIfNamed()
    if (now?.mode !== this.opened.mode) return false
    this.oldSize = this.newSize = Number(now.size)
    const { wholeAt } = this
    if (wholeAt?.size !== this.oldSize || (wholeAt.mtimeNs ?? now.mtimeNs) !== now.mtimeNs)
      this.wholeAt = undefined
    this.isEmpty = false
    this.warning = undefined
    return true
  }

  /**
   * Writes one buffer in one call, so that no other writer's bytes come between. First ends a torn tail, which git may
   * have put there a moment ago: otherwise the tail would swallow the new line.
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

  /** Call this only once: after a failed fsync, the kernel may mark the lost pages clean (fsync(2), "Bugs"). */
  sync(): void {
    fdatasyncSync(this.fd)
  }

  /**
   * Syncs the name of an empty file, before anything is written to it: so a file with content has a name on disk, and a
   * process that appends to it need not ask who made it.
   */
  nameFirst(): void {
    if (this.isEmpty) this.syncName()
    this.isEmpty = false
  }

  /**
   * A failure of the disk only sets `warning`: the file itself stores the bytes.
   * @throws KittyError NotWritable for too many open files. That passes, and a name that is not on disk would stay so:
   * the next writer takes a file with content for one with a name, and a power cut would take it with its events.
   */
  syncName(): void {
    try {
      syncFolder(dirname(this.path))
    } catch (error) {
      const code = systemCode(error)
      if (code === undefined) throw error
      if (code === 'EMFILE' || code === 'ENFILE') throw storageError(error, this.path, 'not stored')
      this.warning = `${this.path} is new, and its name may not be on disk yet (${code}): check the disk`
    }
  }

  /** True while the path still names the whole file that we wrote to. Git replaces files without asking. */
  isInPlace(): boolean {
    const now = identityAt(this.path, this.opened)
    if (now === undefined || now.size < this.newSize) return false
    if (this.wholeAt !== undefined) this.wholeAt = { size: this.newSize, mtimeNs: now.mtimeNs }
    return true
  }

  /** Restores the old size, unless another program has written since: truncating would remove its bytes too. */
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

function openOrCreate(path: string, create: boolean): number | undefined {
  const flags = constants.O_RDWR | constants.O_APPEND
  try {
    return openRegular(path, flags)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw storageError(error, path, 'not stored')
  }
  if (!create) return undefined
  try {
    return createdAt(path, flags)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw storageError(error, path, 'not stored')
  }
  try {
    makeFolder(dirname(path))
    return createdAt(path, flags)
  } catch (error) {
    throw storageError(error, path, 'not stored')
  }
}

/** One append to a file that is made if it is missing. Durable when it returns. @throws KittyError NotWritable, DiskFull */
export function appendDurably(path: string, bytes: Buffer): void {
  const append = Append.open(path, true)
  try {
    append.nameFirst()
    append.write(bytes)
    append.sync()
  } catch (error) {
    append.cutBack()
    throw error
  } finally {
    append.close()
  }
}

function createdAt(path: string, flags: number): number {
  const fd = openRegular(path, flags | constants.O_CREAT, 0o644)
  try {
    shareNewFile(fd, path)
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}
