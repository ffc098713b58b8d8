import { mkdirSync, readdirSync, renameSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemCode } from '../errors/kitty-error.js'
import { readOptional } from '../files/read-optional.js'
import { storageError } from '../files/storage-error.js'

/** What git writes into a worktree's directory before it counts (gitrepository-layout(5), `worktrees/<id>`). */
const PARTS = ['gitdir', 'commondir', 'HEAD'] as const
/** A git that is making a worktree at this moment has this long to finish, in milliseconds. */
const GRACE_MS = 2_000

/**
 * Moves worktrees aside whose `git worktree add` was killed before git itself could use them: with one of them every
 * `git worktree list` fails, and so does each package's workspace. Nothing is deleted.
 * @param aside Folder to move them into. @returns what was moved, by the paths it had. @throws KittyError
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
      renameSync(directory, join(target, 'git'))
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

/** The work tree, if its `.git` file names the directory: whatever else stands there is not git's. */
function moveIfOurs(work: string, directory: string, to: string): boolean {
  const link = readOptional(join(work, '.git'))
  if (link === undefined || basename(link.replace(/^gitdir: /, '').trim()) !== basename(directory))
    return false
  renameSync(work, to)
  return true
}
