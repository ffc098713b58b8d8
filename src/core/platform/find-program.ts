import { accessSync, constants, statSync } from 'node:fs'
import { dirname, posix, win32 } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { isSamePlace, pathInside, placeInside } from './paths.js'

export interface ProgramSearch {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  /** Folders whose programs are never run, however PATH leads into them: work trees, the current folder. Absolute. */
  readonly outside: readonly string[]
}

/**
 * The absolute path of a program, looked up on PATH, or undefined. Only absolute entries of PATH count: an empty one,
 * a relative one and, on Windows, the child's own folder mean "whatever the repository brings along".
 * On Windows only what is an executable by itself is found, since running a script needs a shell.
 */
export function findProgram(name: string, { env, platform, outside }: ProgramSearch): string | undefined {
  const path = platform === 'win32' ? win32 : posix
  const file = platform === 'win32' && !/\.exe$/i.test(name) ? `${name}.exe` : name
  const forbidden = outside.filter(isNoFileSystem)
  for (const folder of entriesOf(env, platform)) {
    if (!isFixed(folder, platform)) continue
    const program = path.join(folder, file)
    if (!isExecutable(program)) continue
    if (!forbidden.some((one) => holds(one, folder))) return program
  }
  return undefined
}

/**
 * What to change in the environment for a program that itself looks for others on PATH, as git does for merge drivers
 * and hooks: PATH without entries that mean the current folder, and without the folders `outside` themselves. What is
 * deeper in a work tree stays, such as the `node_modules/.bin` that a hook was told to use.
 * @returns no variable where PATH is well as it is
 */
export function fixedPath({ env, platform, outside }: ProgramSearch): Readonly<Record<string, string>> {
  const key = pathKey(env, platform)
  if (key === undefined) return {}
  const entries = entriesOf(env, platform)
  const forbidden = outside.filter(isNoFileSystem)
  const kept = entries.filter(
    (folder) => isFixed(folder, platform) && !forbidden.some((one) => isPlace(one, folder)),
  )
  if (kept.length === entries.length) return {}
  return { [key]: kept.join(platform === 'win32' ? win32.delimiter : posix.delimiter) }
}

/** A repository at the file system's root contains every program there is. */
function isNoFileSystem(folder: string): boolean {
  return dirname(folder) !== folder
}

/** Windows has one variable whatever its case; Node's own `process.env` knows that, a copy of it does not. */
function pathKey(env: ProgramSearch['env'], platform: NodeJS.Platform): string | undefined {
  const isPath = (name: string): boolean => (platform === 'win32' ? name.toUpperCase() : name) === 'PATH'
  return Object.keys(env).find((name) => isPath(name) && env[name] !== undefined)
}

/** PATH's folders as they are written, without the quotation marks that Windows allows. */
function entriesOf(env: ProgramSearch['env'], platform: NodeJS.Platform): string[] {
  const key = pathKey(env, platform)
  const text = (key === undefined ? undefined : env[key]) ?? ''
  if (platform !== 'win32') return text.split(posix.delimiter)
  return text.split(win32.delimiter).map((entry) => entry.replace(/^"(.*)"$/, '$1'))
}

/** Whether a folder is the same one wherever the process is. `\\tools` is absolute to Node, and on the current drive. */
function isFixed(folder: string, platform: NodeJS.Platform): boolean {
  return platform === 'win32' ? /^(?:[A-Za-z]:[\\/]|[\\/]{2})/.test(folder) : posix.isAbsolute(folder)
}

function isExecutable(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false
    accessSync(path, constants.X_OK)
    return true
  } catch (error) {
    // Not there, not ours to run, or a PATH entry that is no folder: the next entry's turn.
    if (systemCode(error) === undefined) throw error
    return false
  }
}

const holds = (outer: string, folder: string): boolean =>
  orByName(() => placeInside(outer, folder) !== undefined, pathInside(outer, folder) !== undefined)
const isPlace = (one: string, folder: string): boolean =>
  orByName(() => isSamePlace(one, folder), one === folder)

/** Where the disk does not answer, the paths as they are written decide. */
function orByName(ask: () => boolean, byName: boolean): boolean {
  try {
    return ask()
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return byName
  }
}
