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

export interface PluginList {
  readonly plugins: readonly InstalledPlugin[]
  /** How many entries name no plugin that this kitty knows how to find: what they would do is unknown. */
  readonly unknown: number
}

/**
 * Reads the list of installed plugins. Only this list makes kitty load code; no file of a repository can.
 * @throws KittyError BadConfig if the list cannot be read: then it is unknown which plugins there are; UnsafeSetup if it is
 * not empty and someone else could have written it
 */
export function readPluginList(dataFolder: string): PluginList {
  const listed = listedPlugins(dataFolder)
  if (listed.length > 0) assertTrustedFolder(dataFolder)
  const plugins = listed.flatMap((entry) => pluginOf(entry, dataFolder) ?? [])
  return { plugins, unknown: listed.length - plugins.length }
}

/** The plugins alone. @throws as `readPluginList` */
export function installedPlugins(dataFolder: string): readonly InstalledPlugin[] {
  return readPluginList(dataFolder).plugins
}

function pluginOf(entry: unknown, dataFolder: string): InstalledPlugin | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined
  const { name, type, root, tag, url } = entry as Readonly<Record<string, unknown>>
  if (typeof name !== 'string' || !isPluginName(name)) return undefined
  if (type === 'link') return typeof root === 'string' ? { name, type, root } : undefined
  if (type !== 'user') return undefined
  const origin = { ...(typeof tag === 'string' && { tag }), ...(typeof url === 'string' && { url }) }
  return { name, type, root: join(dataFolder, 'node_modules', name), ...origin }
}

/** Whether a package of this name can be a plugin: it names a folder below `node_modules`. */
export function isPluginName(name: string): boolean {
  return /^(?:@[\w.~-]+\/)?[\w.~-]+$/.test(name) && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(name)
}
