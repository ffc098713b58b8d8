import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemCode } from '../errors/kitty-error.js'
import { readOptional } from '../files/read-optional.js'
import { storageError } from '../files/storage-error.js'
import { renameOver } from '../platform/rename-over.js'

/**
 * What git writes to a worktree's directory before the worktree is usable (gitrepository-layout(5), `worktrees/<id>`).
 */
const PARTS = ['gitdir', 'commondir', 'HEAD'] as const
/** How long a running `git worktree add` gets to finish, in milliseconds. */
const GRACE_MS = 2_000

/**
 * Moves aside any worktree whose `git worktree add` was killed before git itself could use it: a single one makes every
 * `git worktree list` fail, and so every package's workspace. Deletes nothing.
 * @param aside Folder to move them to. @returns the original paths of what was moved. @throws KittyError
 */
export async function moveHalfMadeAside(gitCommonDir: string, aside: string): Promise<string[]> {
  const moved: string[] = []
  for (const directory of halfMadeIn(join(gitCommonDir, 'worktrees'))) {
    const age = Date.now() - (statSync(directory, { throwIfNoEntry: false })?.mtimeMs ?? 0)
    if (age < GRACE_MS) await sleep(GRACE_MS - age)
    if (!isHalfMade(directory)) continue
    const place = readOptional(join(directory, 'gitdir'))?.trim() ?? ''
    // Relative to the directory with worktree.useRelativePaths.
    const work = dirname(resolve(directory, place))
    const target = join(aside, `${basename(directory)}-${Date.now()}`)
    try {
      mkdirSync(target, { recursive: true })
      if (place !== '' && moveIfOurs(work, directory, join(target, 'work'))) moved.push(work)
      renameOver(directory, join(target, 'git'))
      moved.push(directory)
    } catch (error) {
      throw storageError(error, directory, 'not stored')
    }
  }
  return moved
}

function halfMadeIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .map((name) => join(folder, name))
      .filter(isHalfMade)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw storageError(error, folder, 'not readable')
  }
}

function isHalfMade(directory: string): boolean {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return false
  // HEAD is an object ID of zeros until git has written everything else.
  return PARTS.some((part) => /^0*$/.test((readOptional(join(directory, part)) ?? '').trim()))
}

/** Moves the work tree if git made it for the directory; anything else at that path is not git's. */
function moveIfOurs(work: string, directory: string, to: string): boolean {
  if (!isWorkTreeOf(directory, work)) return false
  renameOver(work, to)
  return true
}

function isWorkTreeOf(directory: string, work: string): boolean {
  const link = readOptional(join(work, '.git'))?.trim()
  // Git creates the `.git` file before anything else in the folder. A kill in between leaves it empty.
  if (link === '') return readdirSync(work).length === 1
  return link !== undefined && basename(link.replace(/^gitdir: /, '')) === basename(directory)
}

/**
 * Moves aside the lock file that a killed git left on a branch: git would refuse to create the branch as long as the
 * lock is there. Call it only for a branch that no worktree has checked out, with the lock on that package held: then
 * no one else has a reason to lock the branch for more than a moment. Deletes nothing.
 * @param aside Folder to move it to. @returns the original path of what was moved. @throws KittyError
 */
export async function moveBranchLockAside(
  gitCommonDir: string,
  branch: string,
  aside: string,
): Promise<string | undefined> {
  const lock = join(gitCommonDir, 'refs', 'heads', `${branch}.lock`)
  const found = statSync(lock, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  await sleep(Math.max(0, GRACE_MS - (Date.now() - found.mtimeMs)))
  const now = statSync(lock, { throwIfNoEntry: false })
  if (now?.ino !== found.ino || now.mtimeMs !== found.mtimeMs) return undefined
  try {
    mkdirSync(aside, { recursive: true })
    renameOver(lock, join(aside, `${branch}.lock-${Date.now()}`))
    return lock
  } catch (error) {
    throw storageError(error, lock, 'not stored')
  }
}
