import { mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { ownPackage } from '../../own-package.js'
import { ROOT } from '../../root.js'

/**
 * Lets installed plugins find `kittify/plugin` in this very program: a link beside them. npm takes it away
 * whenever it installs something there, so that it is looked after at every start that has plugins.
 */
export function linkHost(dataFolder: string): void {
  const link = join(dataFolder, 'node_modules', ownPackage().name)
  if (targetOf(link) === ROOT) return
  try {
    mkdirSync(join(dataFolder, 'node_modules'), { recursive: true })
    rmSync(link, { recursive: true, force: true })
    // A junction, where Windows lets nobody make symbolic links.
    symlinkSync(ROOT, link, 'junction')
  } catch {
    // Another start made it first, or the folder is read-only: a plugin that misses it says so by name.
  }
}

/** The same for a plugin in the folder it is worked on in, unless it finds a kitty of its own. */
export function linkHostFor(plugin: string): void {
  try {
    createRequire(join(plugin, 'package.json')).resolve(`${ownPackage().name}/package.json`)
  } catch {
    linkHost(plugin)
  }
}

function targetOf(link: string): string | undefined {
  try {
    return resolve(readlinkSync(link))
  } catch {
    return undefined
  }
}
