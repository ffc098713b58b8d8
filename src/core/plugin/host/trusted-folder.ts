import { lstatSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { KittyError } from '../../errors/kitty-error.js'
import { placeInside, realPlace } from '../../platform/paths.js'

/**
 * Refuses a folder that someone else could have written to, since kitty runs the code it lists with this user's rights.
 * The folder must be absolute, owned by this user, not writable by others, and outside the work tree that the process
 * is in.
 * @throws KittyError UnsafeSetup
 */
export function assertTrustedFolder(dataFolder: string, cwd = process.cwd()): void {
  const problem = problemOf(dataFolder, cwd)
  if (problem === undefined) return
  throw new KittyError(
    'UnsafeSetup',
    `Plugins are loaded from ${JSON.stringify(dataFolder)}, which ${problem}; none was loaded.`,
    {
      nextSteps: ['name a folder of your own in KITTY_DATA_DIR or XDG_DATA_HOME, or unset both'],
      context: { path: dataFolder, problem },
    },
  )
}

function problemOf(folder: string, cwd: string): string | undefined {
  if (!isAbsolute(folder)) return 'is not an absolute path'
  const tree = workTreeAround(cwd)
  const real = realPlace(folder)
  if (tree !== undefined && placeInside(tree, real) !== undefined) return `is inside the work tree ${tree}`
  if (process.getuid === undefined || process.getgid === undefined) return undefined
  for (const path of [real, join(real, 'package.json'), join(real, 'node_modules')]) {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats === undefined) continue
    if (stats.uid !== process.getuid()) return `belongs to the user with the ID ${stats.uid}`
    // Many systems give each user their own group.
    const others = stats.gid === process.getgid() ? 0o002 : 0o022
    if ((stats.mode & others) !== 0) return 'others can write to'
  }
  return undefined
}

function workTreeAround(cwd: string): string | undefined {
  for (let at = realPlace(cwd); ; at = dirname(at)) {
    if (lstatSync(join(at, '.git'), { throwIfNoEntry: false }) !== undefined) return at
    if (dirname(at) === at) return undefined
  }
}
