import { statSync } from 'node:fs'
import { KittyError, systemCode } from '../errors/kitty-error.js'
import { shownCommand, shownVariable } from '../errors/next-step.js'
import { repairCommand } from '../own-package.js'
import { systemCommands } from '../platform/system-commands.js'
import type { LockWait } from './lock-wait.js'
import type { Holder } from './write-lock.js'

/** @param holder who has it now, as the lock's file says */
export function timedOut(
  path: string,
  holder: Holder | 'elsewhere' | undefined,
  { waitedMs, hasMovedOn }: LockWait,
): KittyError {
  const who =
    holder === undefined
      ? 'another process'
      : holder === 'elsewhere'
        ? 'a process on another machine or in another container'
        : `process ${holder.pid} (${holder.purpose}, since ${holder.since})`
  const seconds = (waitedMs / 1000).toFixed(1)
  return new KittyError(
    'LockTimeout',
    hasMovedOn
      ? `The write lock ${path} went from one process to the next for ${seconds} s, and this one never got it; ${who} has it now.`
      : `${who} has held the write lock ${path} for all of ${seconds} s of waiting.`,
    {
      nextSteps: [
        'run the command again',
        ...(typeof holder === 'object'
          ? shownCommand(systemCommands().lookAtProcess(holder.pid), 'what it does')
          : []),
        ...shownVariable('KITTY_LOCK_TIMEOUT_MS', '60000', 'waits longer'),
      ],
      context: {
        lock: path,
        waited_ms: Math.round(waitedMs),
        holder: typeof holder === 'object' ? holder : null,
      },
    },
  )
}

/** The error for a lock that belongs to another user, with a way to share the repository. */
export function notOurs(error: unknown, path: string): KittyError | undefined {
  const stats = systemCode(error) === 'EACCES' ? statSync(path, { throwIfNoEntry: false }) : undefined
  if (stats === undefined || stats.uid === process.getuid?.()) return undefined
  return new KittyError(
    'NotWritable',
    `${path} belongs to the user with the ID ${stats.uid}, and this repository is not shared with others.`,
    {
      nextSteps: [
        ...shownCommand(['git', 'config', 'core.sharedRepository', 'group'], 'its owner shares it with this'),
        'or work in a clone of your own',
      ],
      context: { path, uid: stats.uid },
      cause: error,
    },
  )
}

export function unavailable(path: string, reason: string, cause: unknown): KittyError {
  return new KittyError(
    'LockUnavailable',
    `${path} cannot be locked: file locking not available: ${reason}`,
    {
      nextSteps: [
        'keep the repository on a local file system',
        ...shownCommand(repairCommand('install'), 'installs what fits this platform'),
      ],
      context: { lock: path },
      cause,
    },
  )
}
