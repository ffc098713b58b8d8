import { mkdirSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isKittyError } from '../../errors/kitty-error.js'
import { lockAt } from '../../lock/lock-at.js'
import type { HeldLock } from '../../lock/write-lock.js'
import { removeTree } from '../../platform/remove-path.js'
import { BEFORE } from './earlier-plugins.js'
import { TARBALLS } from './install-source.js'
import { dependenciesIn } from './plugin-list.js'

/** Another installation may wait for a slow network. */
const WAIT_MS = 120_000

/**
 * Runs what changes the installed plugins. Two concurrent processes would undo each other's changes: npm rewrites the whole
 * folder, and a refused plugin brings back everything that was there before it.
 * @throws KittyError LockTimeout, NotWritable
 */
export async function oneAtATime<T>(dataFolder: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dataFolder, { recursive: true })
  const held = await lockIn(dataFolder)
  try {
    return await work()
  } finally {
    // Without a lock, they may be those of an installation that still runs.
    if (held !== undefined) {
      removeLeftovers(dataFolder)
      held.release()
    }
  }
}

/** Undefined where the file system has no locks: plugins can be installed there all the same. */
async function lockIn(dataFolder: string): Promise<HeldLock | undefined> {
  try {
    return await lockAt(join(dataFolder, 'lock'), WAIT_MS).acquire('change the installed plugins')
  } catch (error) {
    if (isKittyError(error) && error.kind === 'LockUnavailable') return undefined
    throw error
  }
}

/** Removes what killed installations have left, and tarballs from which nothing is installed any more. */
function removeLeftovers(dataFolder: string): void {
  const tarballs = join(dataFolder, TARBALLS)
  try {
    const kept = new Set(Object.values(dependenciesIn(dataFolder)).map((source) => basename(source)))
    for (const name of namesIn(dataFolder))
      if (name.startsWith(BEFORE) || /^package\.json\.[\d-]+\.tmp$/.test(name))
        removeTree(join(dataFolder, name))
    for (const name of namesIn(tarballs)) if (!kept.has(name)) removeTree(join(tarballs, name))
  } catch {
    // They only take up space, and the next installation tries again.
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
