import { lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, parse } from 'node:path'

/** A process's environment. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Where compiled code is stored, and the key that proves who wrote it. Both are absolute paths of existing folders. */
export interface CodePlace {
  readonly code: string
  readonly keys: string
}

/**
 * Finds or creates the folders for compiled code. V8 runs whatever it is given, so if a clone could bring compiled code
 * along, the first command would run it. Therefore either the code is outside every work tree, in a folder whose
 * parents no other user can rename, and its key is in the user's state folder; or the code is in a work tree that this
 * user owns, and the key is outside of it, in XDG_RUNTIME_DIR. See docs/trust.md, "Compiled code".
 * @returns undefined when the environment names no such place: every start then compiles
 */
export function codePlace(env: Environment, platform = process.platform): CodePlace | undefined {
  // Windows sets no HOME. What is in LOCALAPPDATA is this user's, and stays on this machine.
  const local = platform === 'win32' ? env['LOCALAPPDATA'] : undefined
  const cache =
    folderIn(env['XDG_CACHE_HOME'], env['HOME'], '.cache') ??
    folderIn(undefined, local, join('kitty', 'cache'))
  if (cache === undefined) return undefined
  try {
    const seen: Seen = new Map()
    const { tree, unsafe } = around(cache, seen)
    if (unsafe) return undefined
    const keys =
      tree === undefined
        ? (folderIn(env['XDG_STATE_HOME'], env['HOME'], join('.local', 'state')) ??
          folderIn(undefined, local, join('kitty', 'state')))
        : folderIn(env['XDG_RUNTIME_DIR'], undefined, '')
    if (keys === undefined) return undefined
    const aroundKeys = around(keys, seen)
    if (aroundKeys.unsafe || aroundKeys.tree !== undefined) return undefined
    return { code: ownFolder(cache), keys: ownFolder(keys) }
  } catch {
    // Read-only, out of bounds or occupied by a file: do without, since a cache only saves time.
    return undefined
  }
}

/** `kitty` in the folder that a variable names, or else in a folder below HOME. */
function folderIn(named: string | undefined, home: string | undefined, below: string): string | undefined {
  const base = named && isAbsolute(named) ? named : home && isAbsolute(home) ? join(home, below) : undefined
  return base === undefined ? undefined : join(base, 'kitty')
}

/** Facts about a folder. One start inspects each folder only once. */
interface Around {
  /** The innermost work tree that contains it, if any. */
  readonly tree: string | undefined
  /** True when another user could replace the folder, or when another user owns the work tree. */
  readonly unsafe: boolean
}
type Seen = Map<string, Around>

/** The folder need not exist yet. */
function around(folder: string, seen: Seen): Around {
  return lookUpwards(realPlace(folder), seen)
}

function lookUpwards(folder: string, seen: Seen): Around {
  const known = seen.get(folder)
  if (known !== undefined) return known
  const above: Around =
    parse(folder).root === folder ? { tree: undefined, unsafe: false } : lookUpwards(dirname(folder), seen)
  const git = lstatSync(join(folder, '.git'), { throwIfNoEntry: false })
  const isForeign = git !== undefined && !(git.isDirectory() && isOwner(git.uid))
  const found = {
    tree: git === undefined ? above.tree : folder,
    unsafe: above.unsafe || isForeign || !isOurs(folder),
  }
  seen.set(folder, found)
  return found
}

/** The nearest existing folder, with links resolved. */
function realPlace(folder: string): string {
  const stats = lstatSync(folder, { throwIfNoEntry: false })
  return stats === undefined ? realPlace(dirname(folder)) : realpathSync.native(folder)
}

/** True when only this user or root can rename the folder or add entries; a sticky bit protects existing entries. */
function isOurs(folder: string): boolean {
  if (process.getuid === undefined) return true
  const { uid, mode } = lstatSync(folder)
  return (uid === 0 || isOwner(uid)) && ((mode & 0o022) === 0 || (mode & 0o1000) !== 0)
}

function isOwner(uid: number): boolean {
  return process.getuid === undefined || uid === process.getuid()
}

/** kitty's own folder is never a link; a folder above it may be one. */
function ownFolder(folder: string): string {
  const stats = lstatSync(folder, { throwIfNoEntry: false })
  if (stats?.isDirectory()) return folder
  if (stats?.isSymbolicLink()) throw new Error(`${folder} is a link`)
  return makeFolder(folder)
}

/** Creates one level at a time: on a file system that refuses folders (/proc), Node's recursive mkdir never returns. */
function makeFolder(folder: string): string {
  const stats = lstatSync(folder, { throwIfNoEntry: false })
  if (stats === undefined) {
    makeFolder(dirname(folder))
    mkdirSync(folder, { mode: 0o700 })
    return folder
  }
  if (!lstatSync(realpathSync.native(folder)).isDirectory()) throw new Error(`${folder} is no folder`)
  return folder
}
