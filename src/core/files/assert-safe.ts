import { type Stats, statSync } from 'node:fs'
import { shownCommand } from '../errors/next-step.js'
import { KittyError, systemCode } from '../errors/kitty-error.js'
import type { Workspace } from '../workspace/workspace.js'
import { statsIfThere } from './stats-if-there.js'
import { systemCommands } from '../platform/system-commands.js'

type Expected = 'folder' | 'file' | 'derived file'

/**
 * Refuses a workspace where one of kitty's own files is a link or a device: anyone who can commit such a link would
 * choose which file on this machine we write. Costs one lstat per path; a missing path is fine. Day files are checked
 * when we list them, and the folder of error records when we use it: error records are best effort and must not stop a
 * command.
 * @throws KittyError UnsafeSetup naming path and type
 */
export function assertSafe(workspace: Workspace): void {
  const { kittyDir, eventsDir, privateDir, specsDir, configFile, lockFile, journalFile, writerFile } =
    workspace
  for (const path of [kittyDir, eventsDir, privateDir]) assertType(path, 'folder')
  assertSpecsFolder(specsDir)
  for (const path of [configFile, lockFile, journalFile, writerFile]) assertType(path, 'file')
  for (const path of [workspace.clockFile, workspace.indexFile]) assertType(path, 'derived file')
}

/**
 * Refuses a kitty-specs that links to specifications elsewhere, and tells the user to move them in: anyone who can
 * commit such a link would choose which files kitty writes.
 */
function assertSpecsFolder(specsDir: string): void {
  const stats = statsIfThere(specsDir)
  if (stats === undefined || stats.isDirectory()) return
  if (!stats.isSymbolicLink()) throw unsafe(specsDir, typeName(stats))
  const refusal = unsafe(specsDir, 'symbolic link')
  throw new KittyError('UnsafeSetup', refusal.message, {
    nextSteps: ['rm kitty-specs && git mv REAL kitty-specs   # REAL: the folder that it leads to'],
    context: { path: specsDir, type: 'symbolic link' },
  })
}

/** @throws KittyError UnsafeSetup when `path` is not a plain file */
export function assertPlainFile(path: string, stats: TypeTests): void {
  if (!stats.isFile()) throw unsafe(path, typeName(stats))
}

type TypeTests = Pick<Stats, 'isFile' | 'isDirectory' | 'isSymbolicLink' | 'isFIFO' | 'isSocket'>

function assertType(path: string, expected: Expected): void {
  // The check of the parent reports a parent that is a plain file.
  const stats = statsIfThere(path)
  if (stats === undefined || (expected === 'folder' ? stats.isDirectory() : stats.isFile())) return
  if (expected === 'derived file' && isReplaceable(path, stats)) return
  throw unsafe(path, typeName(stats))
}

/** A folder or a dangling link in place of a derived file leads to no other file: we treat it as damage and rebuild. */
function isReplaceable(path: string, stats: TypeTests): boolean {
  if (stats.isDirectory()) return true
  if (!stats.isSymbolicLink()) return false
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined
  } catch (error) {
    if (systemCode(error) === 'ELOOP') return true
    throw error
  }
}

/** The name of the file's type, for messages. */
export function typeName(stats: TypeTests): string {
  if (stats.isSymbolicLink()) return 'symbolic link'
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'directory'
  if (stats.isFIFO()) return 'FIFO'
  if (stats.isSocket()) return 'socket'
  return 'special file'
}

/** The error for a path that is not what kitty would have created there. */
export function unsafe(path: string, type: string): KittyError {
  return new KittyError('UnsafeSetup', `${path} is a ${type}: kitty neither reads nor writes through it.`, {
    nextSteps: [
      ...shownCommand(systemCommands().lookAt(path), 'look at it'),
      'move it away and run the command again',
    ],
    context: { path, type },
  })
}

/** The error for a plain file that cannot be used, with the reason. */
export function unsafeFile(path: string, reason: string): KittyError {
  return new KittyError('UnsafeSetup', `${reason}.`, {
    nextSteps: ['put a plain file in its place, then run the command again'],
    context: { path },
  })
}
