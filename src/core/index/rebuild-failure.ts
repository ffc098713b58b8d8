import { KittyError, systemCode } from '../errors/kitty-error.js'
import { storageError } from '../files/storage-error.js'
import { IndexUnusable } from './index-unusable.js'
import { sentence, shownCommand } from '../errors/next-step.js'
import { installCommand } from '../own-package.js'

/**
 * Maps SQLite's error codes to the operating system's (sqlite.org/rescode.html). SQLITE_CANTOPEN and SQLITE_READONLY are
 * not among them: they do not say why. The latter follows any failure to open a file for writing that can be read.
 */
const AS_SYSTEM: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'ENOSPC',
  SQLITE_IOERR: 'EIO',
  SQLITE_PERM: 'EACCES',
}

/**
 * Converts the failure of a requested rebuild to the error that the user reads.
 * @param path the index file
 */
export function rebuildFailure(error: unknown, path: string): unknown {
  if (!(error instanceof IndexUnusable)) return error
  if (error.reason === 'busy')
    return new KittyError('LockTimeout', `${path} was not rebuilt: other processes keep it in use.`, {
      nextSteps: ['run the command again', ...shownCommand(['lsof', path], 'shows who has it open')],
      context: { path },
      cause: error,
    })
  if (error.reason === 'unavailable')
    return new KittyError('MissingDependency', `${path} was not rebuilt: ${error.message}`, {
      nextSteps: shownCommand(installCommand()),
      context: { path },
      cause: error,
    })
  const code = codeIn(error)
  if (code !== undefined)
    return storageError(Object.assign(new Error(error.message), { code }), path, 'not stored')
  return new KittyError('NotWritable', `${path} was not rebuilt: ${error.message}`, {
    nextSteps: [sentence`look at ${path} and its folder`, 'run the command again'],
    context: { path },
    cause: error,
  })
}

function codeIn(error: unknown): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code = systemCode(at)
    if (code !== undefined) return AS_SYSTEM[code] ?? (code.startsWith('SQLITE_') ? undefined : code)
  }
  return undefined
}
