import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
} from 'node:fs'
import { systemCode } from '../errors/kitty-error.js'
import { onceFree } from './once-free.js'

const { O_CREAT, O_EXCL, O_TRUNC } = constants
/** Windows has neither flag. Node's types say otherwise. */
const NO_FOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0
const NO_WAIT = (constants.O_NONBLOCK as number | undefined) ?? 0
/** A file that is replaced each time we look is being replaced on purpose. */
const ATTEMPTS = 4

export interface OpenSystem {
  /** The flag that makes the system refuse a link; 0 where there is none. */
  readonly noFollow: number
  readonly open: (path: string, flags: number, mode?: number) => number
}

const THIS_SYSTEM: OpenSystem = {
  noFollow: NO_FOLLOW,
  open: (path, flags, mode) => onceFree(() => openSync(path, flags, mode)),
}

/**
 * Opens a file, whatever has replaced it since the caller last looked: follows no link and waits for no FIFO. Where the
 * system cannot refuse a link we look, open, look at what was opened, and compare; there a junction counts as a link.
 * On Windows waits for up to 2 s for another program that does not share the file. The caller closes the descriptor, and
 * checks the type if it matters.
 * @param flags as for open(2) @param mode permissions of a new file, before the umask
 * @throws the system's error: ELOOP for a link, EEXIST with O_EXCL, ENOENT for a missing file without O_CREAT
 */
export function openRegular(path: string, flags: number, mode?: number, system = THIS_SYSTEM): number {
  const { noFollow, open } = system
  if (noFollow !== 0) return open(path, flags | noFollow | NO_WAIT, mode)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const seen = lstatSync(path, { throwIfNoEntry: false, bigint: true })
    if (seen?.isSymbolicLink()) throw link(path)
    const fd = seen === undefined ? openMissing(path, flags, mode, open) : openSeen(path, flags, seen, open)
    if (fd !== undefined) return fd
  }
  throw link(path)
}

/** @returns undefined when something appeared there since we looked */
function openMissing(
  path: string,
  flags: number,
  mode: number | undefined,
  open: OpenSystem['open'],
): number | undefined {
  // Without O_CREAT the system says that it is missing, or opens what we then cannot compare.
  if ((flags & O_CREAT) === 0) throw missing(path)
  try {
    return open(path, flags | O_EXCL, mode)
  } catch (error) {
    if (systemCode(error) === 'EEXIST' && (flags & O_EXCL) === 0) return undefined
    throw error
  }
}

/** @returns undefined when another file is there than the one we saw */
function openSeen(
  path: string,
  flags: number,
  seen: BigIntStats,
  open: OpenSystem['open'],
): number | undefined {
  if ((flags & O_CREAT) !== 0 && (flags & O_EXCL) !== 0) throw exists(path)
  let fd: number
  try {
    // A file that is not the one we saw must not be emptied either.
    fd = open(path, flags & ~(O_CREAT | O_TRUNC))
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
  try {
    if (isSameFile(fstatSync(fd, { bigint: true }), seen)) {
      if ((flags & O_TRUNC) !== 0) ftruncateSync(fd, 0)
      return fd
    }
  } catch (error) {
    closeSync(fd)
    throw error
  }
  closeSync(fd)
  return undefined
}

const link = (path: string): Error => failure('ELOOP', 'too many symbolic links encountered', path)
const missing = (path: string): Error => failure('ENOENT', 'no such file or directory', path)
const exists = (path: string): Error => failure('EEXIST', 'file already exists', path)

/** As Node words the system's own. */
function failure(code: string, says: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${says}, open '${path}'`), { code, syscall: 'open', path })
}

/** What tells one file from another, as lstat and fstat give it with `bigint`. */
interface WhichFile {
  readonly dev: bigint
  readonly ino: bigint
}

/**
 * Whether two looks were at one file. Devices are compared only where both looks know theirs: on Windows some versions
 * of Node (22.12 to 22.16, 24.0 and 24.1) say 0 in lstat and the real number in fstat.
 */
export function isSameFile(one: WhichFile, other: WhichFile): boolean {
  return one.ino === other.ino && (one.dev === other.dev || one.dev === 0n || other.dev === 0n)
}
