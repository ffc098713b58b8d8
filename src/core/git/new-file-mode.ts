import { fchmodSync, fstatSync } from 'node:fs'
import { dirname } from 'node:path'
import { isKittyError, systemCode } from '../errors/kitty-error.js'
import { coreSetting, findBareRepository, findCheckout } from './checkout.js'

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

/**
 * The permissions that `core.sharedRepository` adds to a new file at this path. 0 outside a repository, and where git's own
 * file cannot be read, since git then refuses the command itself.
 */
export function permissionsFor(path: string): number {
  try {
    const gitCommonDir = repositoryOf(dirname(path))
    return gitCommonDir === undefined ? 0 : sharedPermissions(gitCommonDir)
  } catch (error) {
    if (!isKittyError(error) && systemCode(error) === undefined) throw error
    return 0
  }
}

/** A folder in git's own directory belongs to that directory, not to a checkout around it: think of a submodule. */
function repositoryOf(folder: string): string | undefined {
  const inside = findBareRepository(folder)
  const checkout = findCheckout(folder)
  if (checkout === undefined || (inside ?? '').length > checkout.worktree.length) return inside
  return checkout.gitCommonDir
}

/**
 * Returns the permissions that `core.sharedRepository` adds to files in git's directory (git-config(1)). 0 if it is not
 * set in the repository's own configuration, which is where git init --shared writes it.
 */
export function sharedPermissions(gitCommonDir: string): number {
  const value = coreSetting(gitCommonDir, 'sharedrepository')?.toLowerCase() ?? ''
  if (/^(?:group|true|1|yes|on)$/.test(value)) return 0o060
  if (/^(?:all|world|everybody|2)$/.test(value)) return 0o064
  return /^0[0-7]{3}$/.test(value) ? Number.parseInt(value, 8) & 0o066 : 0
}
