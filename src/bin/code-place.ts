import { lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, parse } from 'node:path'

/** A process's environment. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Where compiled code is kept, and where the key is that proves who wrote it. Both absolute, and there. */
export interface CodePlace {
  readonly code: string
  readonly keys: string
}

/**
 * Finds or makes the folders for compiled code. V8 runs what it is given, so a clone that could bring compiled code along
 * would run code at the first command. docs/trust.md, "Compiled code": the code is outside every work tree, in a folder
 * whose parents no other user can rename, and its key is in the user's state folder; or the code is in a work tree of
 * this user's own, and the key in XDG_RUNTIME_DIR, outside of it.
 * @returns undefined where the environment names no such place: every start then compiles
 */
export function codePlace(env: Environment): CodePlace | undefined {
  const cache = folderIn(env['XDG_CACHE_HOME'], env['HOME'], '.cache')
  if (cache === undefined) return undefined
  try {
    const seen: Seen = new Map()
    const { tree, unsafe } = around(cache, seen)
    if (unsafe) return undefined
    const keys =
      tree === undefined
        ? folderIn(env['XDG_STATE_HOME'], env['HOME'], join('.local', 'state'))
        : folderIn(env['XDG_RUNTIME_DIR'], undefined, '')
    if (keys === undefined) return undefined
    const aroundKeys = around(keys, seen)
    if (aroundKeys.unsafe || aroundKeys.tree !== undefined) return undefined
    return { code: ownFolder(cache), keys: ownFolder(keys) }
  } catch {
    // Read-only, out of bounds or in the way: a cache only saves time.
    return undefined
  }
}

/** `kitty` in the folder that a variable names, or in one below HOME. */
function folderIn(named: string | undefined, home: string | undefined, below: string): string | undefined {
  const base = named && isAbsolute(named) ? named : home && isAbsolute(home) ? join(home, below) : undefined
  return base === undefined ? undefined : join(base, 'kitty')
}

/** What one look at a folder says; a start looks at each only once. */
interface Around {
  /** The innermost work tree that it is in; undefined for none. */
  readonly tree: string | undefined
  /** Another user could put another folder in its place, or the work tree is not this user's own. */
  readonly unsafe: boolean
}
type Seen = Map<string, Around>

/** The folder may not be there yet. */
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

/** The nearest folder that is there, without links in its path. */
function realPlace(folder: string): string {
  const stats = lstatSync(folder, { throwIfNoEntry: false })
  return stats === undefined ? realPlace(dirname(folder)) : realpathSync.native(folder)
}

/** True for a folder that only this user or root can rename or put entries into; in a sticky one entries are safe. */
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
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) throw new Error(`${folder} is a link`)
  return makeFolder(folder)
}

/** One level at a time: on a file system that makes no folders (/proc), Node's recursive mkdir never returns. */
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
