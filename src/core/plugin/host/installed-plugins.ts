import { join } from 'node:path'
import { listedPlugins } from './plugin-list.js'
import { assertTrustedFolder } from './trusted-folder.js'

/** A plugin as `kitty plugins install` and `link` record it in the data folder's package.json. */
export interface InstalledPlugin {
  readonly name: string
  readonly type: 'user' | 'link'
  /** Folder of its package. */
  readonly root: string
  readonly tag?: string
  readonly url?: string
}

/**
 * Reads the list of installed plugins. Only this list makes kitty load code; no file of a repository can.
 * @throws KittyError BadConfig if the list cannot be read: then it is unknown which plugins there are; UnsafeSetup if it is
 * not empty and someone else could have written it
 */
export function installedPlugins(dataFolder: string): InstalledPlugin[] {
  const listed = listedPlugins(dataFolder)
  if (listed.length > 0) assertTrustedFolder(dataFolder)
  return listed.flatMap((entry): InstalledPlugin[] => {
    if (typeof entry !== 'object' || entry === null) return []
    const { name, type, root, tag, url } = entry as Readonly<Record<string, unknown>>
    if (typeof name !== 'string' || !isPluginName(name)) return []
    if (type === 'link') return typeof root === 'string' ? [{ name, type, root }] : []
    if (type !== 'user') return []
    const origin = { ...(typeof tag === 'string' && { tag }), ...(typeof url === 'string' && { url }) }
    return [{ name, type, root: join(dataFolder, 'node_modules', name), ...origin }]
  })
}

/** Whether a package of this name can be a plugin: it names a folder below `node_modules`. */
export function isPluginName(name: string): boolean {
  return /^(?:@[\w.~-]+\/)?[\w.~-]+$/.test(name) && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(name)
}
