import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
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
    const place = readOptional(join(directory, 'gitdir'))?.trim()
    const target = join(aside, `${basename(directory)}-${Date.now()}`)
    try {
      mkdirSync(target, { recursive: true })
      if (place !== undefined && place !== '' && moveIfOurs(dirname(place), directory, join(target, 'work')))
        moved.push(dirname(place))
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
  return PARTS.some((part) => (readOptional(join(directory, part)) ?? '').trim() === '')
}

/** Moves the work tree if its `.git` file names the directory; anything else at that path is not git's. */
function moveIfOurs(work: string, directory: string, to: string): boolean {
  const link = readOptional(join(work, '.git'))
  if (link === undefined || basename(link.replace(/^gitdir: /, '').trim()) !== basename(directory))
    return false
  renameOver(work, to)
  return true
}
