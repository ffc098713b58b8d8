import { fchmodSync, fstatSync } from 'node:fs'
import { dirname } from 'node:path'
import { isKittyError, systemCode } from '../errors/kitty-error.js'
import { findCheckout } from './checkout.js'
import { sharedPermissions } from './shared-repository.js'

/**
 * Lets in the users that `core.sharedRepository` names, whatever the umask took away. Call it for new files only: a file
 * that exists keeps the mode that someone gave it.
 */
export function shareNewFile(descriptor: number, path: string): void {
  const shared = permissionsFor(path)
  if (shared === 0) return
  const { mode } = fstatSync(descriptor)
  if ((mode & shared) !== shared) fchmodSync(descriptor, (mode & 0o7777) | shared)
}

/** 0 outside a repository, and where git's own file cannot be read: git then refuses the command itself. */
function permissionsFor(path: string): number {
  try {
    const checkout = findCheckout(dirname(path))
    return checkout === undefined ? 0 : sharedPermissions(checkout.gitCommonDir)
  } catch (error) {
    if (!isKittyError(error) && systemCode(error) === undefined) throw error
    return 0
  }
}
