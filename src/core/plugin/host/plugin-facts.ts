import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { InstalledPlugin } from './installed-plugins.js'

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
  const { commands } = json(join(plugin.root, 'oclif.manifest.json')) as { commands?: object }
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

function packageOf(root: string): PluginPackage {
  return json(join(root, 'package.json'))
}

/** Returns an empty object if the file cannot be read. The missing version in the list shows that. */
function json(path: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
