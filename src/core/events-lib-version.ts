import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BUILD, type EventsLibStamp } from './build.js'
import { KittyError } from './errors/kitty-error.js'
import { installCommand, ownPackage } from './own-package.js'
import { requireFromHere, ROOT } from './root.js'
import { shownCommand } from './errors/next-step.js'

/** The events library that runs, compared with the pin. docs/events-lib.md. */
export interface EventsLibVersion {
  /** Null when it is not installed. */
  readonly version: string | null
  /** The commit it was built from: 40 hex digits. */
  readonly commit: string
  /** Whether it differs from what package.json pins. */
  readonly modified: boolean
}

/** The fields we read of the library's package.json. */
interface Library {
  readonly version: string
  readonly exports: { readonly '.': { readonly default: string } }
}

const NOT_BUILT: EventsLibStamp = { version: '', commit: '', tree: '', modified: true }

/**
 * The bundle answers for its own copy. The modules of dist answer for the installed library, with three small files read
 * and nothing loaded, so that `--version` works whatever is missing.
 */
export function eventsLibVersion(): EventsLibVersion {
  const { eventsLib } = ownPackage()
  const stamp = BUILD?.eventsLib ?? readStamp()
  const version = BUILD?.eventsLib.version ?? installedVersion() ?? null
  const same = stamp.tree === eventsLib.tree
  return {
    version,
    // Two commits may hold the same library; people look for the pinned one.
    commit: same || stamp.commit === '' ? eventsLib.commit : stamp.commit,
    modified: stamp.modified || !same || (version !== null && version !== stamp.version),
  }
}

/**
 * The bundle always has its library.
 * @throws KittyError MissingDependency when the modules of dist find no library, or an older one than they need.
 */
export function assertEventsLib(): void {
  if (BUILD !== undefined) return
  const needed = ownPackage().dependencies['kitty-events'] ?? '0.0.0'
  const installed = installedVersion()
  if (installed !== undefined && !isOlder(installed, needed)) return
  const what = installed === undefined ? 'is not installed' : `${installed} is too old: ${needed} is needed`
  throw new KittyError('MissingDependency', `The events library kitty-events ${what}.`, {
    nextSteps: [
      ...shownCommand(installCommand(), 'installs it with the program'),
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

function readStamp(): EventsLibStamp {
  try {
    // Cast: scripts/events-lib/stamp.mjs writes this file during the build.
    return readJson(join(ROOT, 'dist', 'events-lib.json')) as EventsLibStamp
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
