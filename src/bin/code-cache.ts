import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { CodePlace } from './code-place.js'

const OLD_AFTER_MS = 30 * 24 * 3600 * 1000
const COMPILED = /\.cjs-[0-9a-f]{16}-/
const KEY_FILE = 'code-key'
const KEY_BYTES = 32
const MAC_BYTES = 32
/** Windows has no O_NOFOLLOW: undefined counts as 0. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW

/**
 * Compiled code, one file per name, followed by a MAC of it. V8 does not validate cached code: forged code runs, and a
 * flipped bit crashes it. Checking the MAC means loading node:crypto, which slows every start, so we record next to the
 * key which file passed: a file that is replaced or written to gets another inode or change time, and we check it again.
 */
export class CodeCache {
  constructor(private readonly place: CodePlace) {}

  /**
   * Does not follow links.
   * @returns undefined when there is no such file, or this user did not write it
   */
  read(name: string): Buffer | undefined {
    let fd: number | undefined
    try {
      fd = openSync(join(this.place.code, name), FLAGS)
      const stats = fstatSync(fd, { bigint: true })
      const size = Number(stats.size)
      if (!isOurs(stats) || size <= MAC_BYTES) return undefined
      const bytes = Buffer.allocUnsafeSlow(size)
      if (readSync(fd, bytes) !== size) return undefined
      const code = bytes.subarray(0, -MAC_BYTES)
      return this.#isGood(name, stats, code, bytes.subarray(-MAC_BYTES)) ? code : undefined
    } catch {
      return undefined
    } finally {
      if (fd !== undefined) closeSync(fd)
    }
  }

  /** Replaces the compiled code and removes code unused for a month. A failure costs only time. */
  write(name: string, code: Buffer): void {
    const path = join(this.place.code, name)
    try {
      const mac = this.#macOf(name, code, this.#key() ?? this.#newKey())
      putInPlace(path, Buffer.concat([code, mac]))
      const stats = lstatSync(path, { bigint: true })
      putInPlace(this.#seen(name), Buffer.from(identityOf(stats)))
      removeOld(this.place.code)
      removeOld(this.place.keys)
    } catch {
      // The next start compiles.
    }
  }

  #isGood(name: string, stats: BigIntStats, code: Buffer, mac: Buffer): boolean {
    const identity = identityOf(stats)
    if (readOwn(this.#seen(name))?.toString('latin1') === identity) return true
    const key = this.#key()
    if (key === undefined) return false
    const { timingSafeEqual } = process.getBuiltinModule('node:crypto')
    if (!timingSafeEqual(this.#macOf(name, code, key), mac)) return false
    putInPlace(this.#seen(name), Buffer.from(identity))
    return true
  }

  #macOf(name: string, code: Buffer, key: Buffer): Buffer {
    const { createHmac } = process.getBuiltinModule('node:crypto')
    return createHmac('sha256', key).update(`${name}\0`).update(code).digest()
  }

  #key(): Buffer | undefined {
    const key = readOwn(join(this.place.keys, KEY_FILE))
    return key?.length === KEY_BYTES ? key : undefined
  }

  #newKey(): Buffer {
    const key = process.getBuiltinModule('node:crypto').randomBytes(KEY_BYTES)
    putInPlace(join(this.place.keys, KEY_FILE), key)
    return key
  }

  #seen(name: string): string {
    return join(this.place.keys, `${name}.seen`)
  }
}

/** Reads a small file that only this user may write; undefined when there is none. */
function readOwn(path: string): Buffer | undefined {
  let fd: number | undefined
  try {
    fd = openSync(path, FLAGS)
    return isOurs(fstatSync(fd, { bigint: true })) ? readFileSync(fd) : undefined
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** Syncs before the rename: a power cut could otherwise leave zeros under the final name. */
function putInPlace(path: string, bytes: Buffer): void {
  // Containers that share the folder may have the same process ID.
  const temporary = `${path}.${process.pid}-${process.hrtime.bigint()}.tmp`
  try {
    const fd = openSync(temporary, 'wx', 0o600)
    try {
      writeFileSync(fd, bytes)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

function isOurs(stats: BigIntStats): boolean {
  if (!stats.isFile()) return false
  return (
    process.getuid === undefined || (Number(stats.uid) === process.getuid() && (stats.mode & 0o022n) === 0n)
  )
}

/** An inode number stays with one file as long as the file has a name, and no one can set the change time. */
function identityOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ')
}

function removeOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (COMPILED.test(name) && Date.now() - lstatSync(path).mtimeMs > OLD_AFTER_MS) rmSync(path)
  }
}
