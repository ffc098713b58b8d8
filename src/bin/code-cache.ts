import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'

/** Where compiled code is looked for, as a process's environment says it. */
export type CacheEnvironment = Readonly<Record<string, string | undefined>>

const OLD_AFTER_MS = 30 * 24 * 3600 * 1000
const COMPILED = /\.cjs-[0-9a-f]{16}-/

/**
 * Finds or makes the folder for compiled code and answers the path of a file in it.
 * @returns undefined where the environment names no place, or where other users could write to it
 */
export function cachePath(name: string, env: CacheEnvironment): string | undefined {
  const { XDG_CACHE_HOME: xdg, HOME: home } = env
  const base = xdg && isAbsolute(xdg) ? xdg : home && isAbsolute(home) ? join(home, '.cache') : undefined
  if (base === undefined) return undefined
  const folder = join(base, 'kitty')
  try {
    let stats = lstatSync(folder, { throwIfNoEntry: false })
    if (stats === undefined) {
      // One level at a time: on a file system that makes no folders (/proc), Node's recursive mkdir never returns.
      if (!existsSync(base)) mkdirSync(base, { mode: 0o700 })
      mkdirSync(folder, { mode: 0o700 })
      stats = lstatSync(folder)
    }
    return stats.isDirectory() && isOurs(stats) ? join(folder, name) : undefined
  } catch {
    // Read-only or out of bounds: a cache only saves time.
    return undefined
  }
}

function isOurs({ uid, mode }: Stats): boolean {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)
}

/**
 * Reads compiled code. V8 does not validate cached code, and a flipped bit crashes it, so the file holds the code
 * twice: comparing the halves costs a tenth of loading a module for checksums. Follows no link.
 * @returns undefined where there is none, or none that can be trusted
 */
export function readCache(path: string): Buffer | undefined {
  let fd: number | undefined
  try {
    // A cast: Windows has no O_NOFOLLOW, whatever the types say.
    const noFollow = (constants.O_NOFOLLOW as number | undefined) ?? 0
    fd = openSync(path, constants.O_RDONLY | noFollow)
    const stats = fstatSync(fd)
    if (!stats.isFile() || !isOurs(stats) || stats.size % 2 !== 0) return undefined
    const bytes = Buffer.allocUnsafeSlow(stats.size)
    if (readSync(fd, bytes) !== stats.size) return undefined
    const code = bytes.subarray(0, stats.size / 2)
    return code.length > 0 && bytes.subarray(code.length).equals(code) ? code : undefined
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** Replaces the compiled code and removes what no one has used for a month. Where that fails, only time is lost. */
export function writeCache(path: string, code: Buffer): void {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    const fd = openSync(temporary, 'wx', 0o600)
    writeFileSync(fd, Buffer.concat([code, code]))
    // A power cut could leave zeros in both copies.
    fsyncSync(fd)
    closeSync(fd)
    renameSync(temporary, path)
    removeOld(dirname(path))
  } catch {
    rmSync(temporary, { force: true })
  }
}

function removeOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (COMPILED.test(name) && Date.now() - lstatSync(path).mtimeMs > OLD_AFTER_MS) rmSync(path)
  }
}
