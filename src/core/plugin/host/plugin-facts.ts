import { join } from 'node:path'
import type { InstalledPlugin } from './installed-plugins.js'
import { jsonObject } from '../../files/read-optional.js'

/** An installed plugin as `kitty plugins` lists it. */
export interface PluginFacts {
  readonly name: string
  readonly type: 'user' | 'link'
  /** Null if its package.json cannot be read. */
  readonly version: string | null
  /** The tag or address it was installed from. Null for a linked plugin. */
  readonly source: string | null
  readonly root: string
}

/** Reads a plugin's package.json without running any of its code. */
export function pluginFacts({ name, type, root, tag, url }: InstalledPlugin): PluginFacts {
  return { name, type, version: packageOf(root).version ?? null, source: url ?? tag ?? null, root }
}

export interface InspectedPlugin extends PluginFacts {
  /**
   * The commands in its manifest, typed with spaces. Null without a manifest, since they are then known only at run
   * time.
   */
  readonly commands: readonly string[] | null
  /** Version ranges by package name. */
  readonly dependencies: Readonly<Record<string, string>>
}

/** The same facts, plus the plugin's commands and dependencies. */
export function inspectedPlugin(plugin: InstalledPlugin): InspectedPlugin {
  const { commands } = jsonObject(join(plugin.root, 'oclif.manifest.json')) as { commands?: object }
  return {
    ...pluginFacts(plugin),
    commands: commands === undefined ? null : Object.keys(commands).map((id) => id.replaceAll(':', ' ')),
    dependencies: packageOf(plugin.root).dependencies ?? {},
  }
}

interface PluginPackage {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

/** Without a readable file there is no version, which the list shows. */
function packageOf(root: string): PluginPackage {
  return jsonObject(join(root, 'package.json'))
}
