import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { posix, win32 } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'

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
  const file = platform === 'win32' ? `${name}.exe` : name
  // A repository at the file system's root contains every program there is.
  const forbidden = outside.map(realFolder).filter((one) => path.dirname(one) !== one)
  for (const entry of pathOf(env, platform).split(path.delimiter)) {
    const folder = platform === 'win32' ? entry.replace(/^"(.*)"$/, '$1') : entry
    if (!path.isAbsolute(folder) || isRooted(folder, platform)) continue
    const program = path.join(folder, file)
    if (!isExecutable(program)) continue
    const place = realFolder(folder)
    if (!forbidden.some((one) => isInside(place, one, platform))) return program
  }
  return undefined
}

/** Windows has one variable whatever its case; Node's own `process.env` knows that, a copy of it does not. */
function pathOf(env: ProgramSearch['env'], platform: NodeJS.Platform): string {
  if (platform !== 'win32') return env['PATH'] ?? ''
  const key = Object.keys(env).find((name) => name.toUpperCase() === 'PATH')
  return (key === undefined ? undefined : env[key]) ?? ''
}

/** `\tools` is absolute to Node, and on whichever drive is the current one. */
function isRooted(folder: string, platform: NodeJS.Platform): boolean {
  return platform === 'win32' && !/^(?:[A-Za-z]:[\\/]|[\\/]{2})/.test(folder)
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

function realFolder(path: string): string {
  try {
    return realpathSync.native(path)
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return path
  }
}

function isInside(path: string, folder: string, platform: NodeJS.Platform): boolean {
  const rules = platform === 'win32' ? win32 : posix
  const way = rules.relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${rules.sep}`) && !rules.isAbsolute(way))
}
