import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { KittyError } from './errors/kitty-error.js'
import { installCommand, ownPackage } from './own-package.js'
import { requireFromHere, ROOT } from './root.js'

/** The installed events library, compared with what this program was built with. docs/events-lib.md. */
export interface EventsLibVersion {
  /** Null when it is not installed. */
  readonly version: string | null
  /** The commit it was built from: 40 hex digits. */
  readonly commit: string
  /** Whether it differs from what package.json pins. */
  readonly modified: boolean
}

interface Stamp {
  readonly commit: string
  readonly tree: string
  readonly version: string
  readonly modified: boolean
}

/** The fields we read of the library's package.json. */
interface Library {
  readonly version: string
  readonly exports: { readonly '.': { readonly default: string } }
}

const NOT_BUILT: Stamp = { version: '', commit: '', tree: '', modified: true }

/** Reads three small files and loads nothing, so that `--version` works whatever is missing. */
export function eventsLibVersion(): EventsLibVersion {
  const { eventsLib } = ownPackage()
  const stamp = readStamp()
  const version = installedVersion() ?? null
  const same = stamp.tree === eventsLib.tree
  return {
    version,
    // Two commits may hold the same library; people look for the pinned one.
    commit: same || stamp.commit === '' ? eventsLib.commit : stamp.commit,
    modified: stamp.modified || !same || (version !== null && version !== stamp.version),
  }
}

/** @throws KittyError MissingDependency when the library is missing or older than this program needs. */
export function assertEventsLib(): void {
  const needed = ownPackage().dependencies['kitty-events'] ?? '0.0.0'
  const installed = installedVersion()
  if (installed !== undefined && !isOlder(installed, needed)) return
  const what = installed === undefined ? 'is not installed' : `${installed} is too old: ${needed} is needed`
  throw new KittyError('MissingDependency', `The events library kitty-events ${what}.`, {
    nextSteps: [
      `${installCommand()}   # installs it with the program`,
      'in a checkout of kitty: npm install && npm run build',
    ],
    context: { package: 'kitty-events', needed, installed: installed ?? null },
  })
}

/** Searches as Node does, but by hand: resolving a package's exports requires Node's loader of ES modules. */
function installedVersion(): string | undefined {
  for (const folder of requireFromHere.resolve.paths('kitty-events') ?? []) {
    const version = versionIn(join(folder, 'kitty-events'))
    if (version !== undefined) return version
  }
  return undefined
}

/** Returns undefined when there is no package, or only its name without its code. */
function versionIn(folder: string): string | undefined {
  try {
    // Cast: any other shape ends in the `catch`, or names no file.
    const { version, exports } = readJson(join(folder, 'package.json')) as Library
    return existsSync(join(folder, exports['.'].default)) ? version : undefined
  } catch {
    return undefined
  }
}

function readStamp(): Stamp {
  try {
    // Cast: scripts/events-lib/stamp.mjs writes this file during the build.
    return readJson(join(ROOT, 'dist', 'events-lib.json')) as Stamp
  } catch {
    return NOT_BUILT
  }
}

function isOlder(version: string, than: string): boolean {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10))
  for (const [at, part] of than.split('.').entries()) {
    const difference = (parts[at] ?? 0) - Number.parseInt(part, 10)
    if (difference !== 0) return difference < 0
  }
  return false
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}
