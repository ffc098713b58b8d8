import { existsSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { ownPackage } from '../../own-package.js'
import { ROOT } from '../../root.js'
import { removeTree } from '../../platform/remove-path.js'

/**
 * Lets installed plugins import `kittify/plugin` from this very program, through a link next to them. npm removes the
 * link whenever it installs something there, so every start that has plugins checks it.
 */
export function linkHost(dataFolder: string): void {
  const link = hostLink(dataFolder)
  if (targetOf(link) === ROOT) return
  try {
    mkdirSync(join(dataFolder, 'node_modules'), { recursive: true })
    removeTree(link)
    // A junction, since Windows may not let users create symbolic links.
    symlinkSync(ROOT, link, 'junction')
  } catch {
    // Another start made it first, or the folder is read-only. A plugin that cannot find the program then names it in
    // its error.
  }
}

/** Where the link is, whether or not it is there. */
export function hostLink(folder: string): string {
  return join(folder, 'node_modules', ownPackage().name)
}

/**
 * Does the same for a linked plugin in its development folder, unless the plugin finds its own copy of kitty. What is there
 * is the developer's, whatever is wrong with it: only a link that leads nowhere is replaced.
 */
export function linkHostFor(plugin: string): void {
  try {
    createRequire(join(plugin, 'package.json')).resolve(`${ownPackage().name}/package.json`)
  } catch {
    if (!existsSync(hostLink(plugin))) linkHost(plugin)
  }
}

function targetOf(link: string): string | undefined {
  try {
    return resolve(readlinkSync(link))
  } catch {
    return undefined
  }
}
