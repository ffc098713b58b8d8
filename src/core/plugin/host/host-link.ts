import { mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'

const HOST = join(import.meta.dirname, '..', '..', '..', '..')

/**
 * Lets installed plugins find `kitty-cli/plugin` in this very program: a link beside them. npm takes it away
 * whenever it installs something there, so that it is looked after at every start that has plugins.
 */
export function linkHost(dataFolder: string): void {
  const link = join(dataFolder, 'node_modules', 'kitty-cli')
  if (targetOf(link) === HOST) return
  try {
    mkdirSync(join(dataFolder, 'node_modules'), { recursive: true })
    rmSync(link, { recursive: true, force: true })
    // A junction, where Windows lets nobody make symbolic links.
    symlinkSync(HOST, link, 'junction')
  } catch {
    // Another start made it first, or the folder is read-only: a plugin that misses it says so by name.
  }
}

function targetOf(link: string): string | undefined {
  try {
    return resolve(readlinkSync(link))
  } catch {
    return undefined
  }
}
