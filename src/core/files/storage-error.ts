import { lstatSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { type ErrorKind, isKittyError, KittyError, systemCode } from '../errors/kitty-error.js'
import { unsafe } from './assert-safe.js'
import { sentence } from '../errors/next-step.js'

/** What failed, as the end of the message: `not stored`, `not readable`. */
export type Outcome = 'not stored' | 'not readable'

interface Meaning {
  readonly kind: ErrorKind
  readonly says: string
  readonly nextSteps: readonly string[]
}

const IN_USE: Meaning = {
  kind: 'NotWritable',
  says: 'in use by another program',
  nextSteps: [
    'close the program that has it open (an editor, a virus scanner, a sync client), or make it writable',
    'run the command again',
  ],
}
const READ_ONLY: Meaning = {
  kind: 'NotWritable',
  says: 'read-only',
  nextSteps: ['make it writable for this user (chmod, chown, remount)', 'run the command again'],
}
const NOT_READABLE = ['make it readable for this user (chmod, chown)', 'run the command again']
const FULL = ['free some space', 'run the command again']

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOSPC: { kind: 'DiskFull', says: 'disk full', nextSteps: FULL },
  EDQUOT: { kind: 'DiskFull', says: 'disk quota exceeded', nextSteps: FULL },
  EFBIG: {
    kind: 'NotWritable',
    says: 'file size limit reached',
    nextSteps: ['raise the limit: ulimit -f unlimited'],
  },
  EROFS: READ_ONLY,
  EACCES: READ_ONLY,
  EPERM: READ_ONLY,
  // Windows: it is open in a program that does not share it, for longer than we wait.
  EBUSY: IN_USE,
  ENAMETOOLONG: { kind: 'NotWritable', says: 'name too long', nextSteps: ['use a shorter path'] },
  EMFILE: {
    kind: 'NotWritable',
    says: 'too many open files',
    nextSteps: ['raise the limit: ulimit -n 1024'],
  },
  ENFILE: {
    kind: 'NotWritable',
    says: 'too many open files',
    nextSteps: ['wait until the system has fewer open'],
  },
  EIO: {
    kind: 'DamagedData',
    says: 'I/O error',
    nextSteps: ['check the disk: dmesg', 'run the command again'],
  },
}

/**
 * Converts an operating-system failure on one of kitty's files to the error that the user reads. Returns any error
 * without a system code unchanged.
 */
export function storageError(error: unknown, path: string, outcome: Outcome, context: object = {}): unknown {
  if (isKittyError(error)) return error
  const code = codeOf(error)
  if (code === undefined) return error
  if (code === 'ELOOP') return unsafe(path, 'symbolic link')
  if (code === 'EISDIR') return unsafe(namedBy(error) ?? path, 'directory')
  // ENXIO: a FIFO that no process reads, or a socket.
  if (code === 'ENXIO') return unsafe(path, 'FIFO or socket')
  const meaning = MEANINGS[code] ?? {
    kind: 'NotWritable',
    says: `system error ${code}`,
    nextSteps: [sentence`look at ${path}`, 'run the command again'],
  }
  const space = meaning.kind === 'DiskFull' ? `; ${freeSpace(path)}` : ''
  const isAboutMode = meaning === READ_ONLY || (outcome === 'not readable' && meaning !== IN_USE)
  const mode = isAboutMode ? `; ${modeOf(path)}` : ''
  const isDenied = outcome === 'not readable' && meaning === READ_ONLY
  const says = isDenied ? 'permission denied' : meaning.says
  return new KittyError(meaning.kind, `${path} was ${outcome}: ${says}${space}${mode}.`, {
    nextSteps: isDenied ? NOT_READABLE : meaning.nextSteps,
    context: { code, path, ...context },
    cause: error,
  })
}

const FILE_CALLS =
  /^(?:access|copyfile|fdatasync|fsync|f?chmod|f?chown|[fl]?stat|ftruncate|link|mkdir|mkdtemp|open|opendir|read|readlink|realpath|rename|rm|rmdir|scandir|symlink|unlink|write)$/
const READS = /^(?:access|[fl]?stat|open|opendir|read|readlink|realpath|scandir)$/

/**
 * The error of a file call that no one has converted, if its code says what the user can do: the disk, the permissions or
 * the limits. Any other is a defect.
 */
export function unconverted(error: unknown): KittyError | undefined {
  const code = codeOf(error)
  if (code !== undefined && error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd')
    return noCurrentFolder(code, error)
  const meaning = code === undefined ? undefined : MEANINGS[code]
  const isKnown = meaning !== undefined || code === 'ELOOP'
  if (!isKnown || !(error instanceof Error && 'syscall' in error)) return undefined
  if (typeof error.syscall !== 'string' || !FILE_CALLS.test(error.syscall)) return undefined
  if ('path' in error && typeof error.path === 'string') {
    const converted = storageError(
      error,
      error.path,
      READS.test(error.syscall) ? 'not readable' : 'not stored',
    )
    return isKittyError(converted) ? converted : undefined
  }
  if (meaning === undefined) return undefined
  const { kind, says, nextSteps } = meaning
  return new KittyError(kind, `A file could not be used: ${says}: ${error.message}`, {
    nextSteps,
    context: { code },
    cause: error,
  })
}

/** A shell stays in a folder that was deleted under it, and in one whose path it may no longer follow. */
function noCurrentFolder(code: string, cause: Error): KittyError {
  const isGone = code === 'ENOENT'
  return new KittyError(
    'UnsafeSetup',
    isGone ? 'The current folder is gone.' : `The current folder cannot be read (${code}).`,
    {
      nextSteps: ['Change to a folder of the repository, then run the command again.'],
      context: { code },
      cause,
    },
  )
}

/** A temporary file's failure names that file, and its caller the one that it was to become. */
function namedBy(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined
}

function codeOf(error: unknown): string | undefined {
  const code = systemCode(error)
  // libuv has no name for EDQUOT.
  const isQuota = code === 'UNKNOWN' && error instanceof Error && 'errno' in error && error.errno === -122
  return isQuota ? 'EDQUOT' : code
}

function freeSpace(path: string): string {
  try {
    const { bavail, bsize } = statfsSync(dirname(path))
    return `${Math.floor((bavail * bsize) / 1024)} KiB free`
  } catch {
    // The message is about the disk; failing to measure it must not replace that message.
    return 'free space unknown'
  }
}

function modeOf(path: string): string {
  for (const candidate of [path, dirname(path)]) {
    try {
      return `mode of ${candidate} is ${(lstatSync(candidate).mode & 0o7777).toString(8).padStart(4, '0')}`
    } catch {
      // Missing or not visible: the next candidate, its folder, says why.
    }
  }
  return 'its folder is not visible to this user'
}
