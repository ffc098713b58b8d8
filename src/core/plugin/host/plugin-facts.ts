import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { InstalledPlugin } from './installed-plugins.js'

/** An installed plugin as `kitty plugins` lists it. */
export interface PluginFacts {
  readonly name: string
  readonly type: 'user' | 'link'
  /** Null where its package.json cannot be read. */
  readonly version: string | null
  /** The tag or the address it was installed from; null for a linked one. */
  readonly source: string | null
  readonly root: string
}

/** Reads a plugin's package.json; runs nothing of it. */
export function pluginFacts({ name, type, root, tag, url }: InstalledPlugin): PluginFacts {
  return { name, type, version: packageOf(root).version ?? null, source: url ?? tag ?? null, root }
}

export interface InspectedPlugin extends PluginFacts {
  /** IDs as its manifest has them, typed with spaces; null where it has none, so that they are known only when it runs. */
  readonly commands: readonly string[] | null
  /** Names and ranges. */
  readonly dependencies: Readonly<Record<string, string>>
}

/** The same, and what it brings and needs. */
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

/** Empty where it cannot be read: whoever installed it sees that by the missing version. */
function json(path: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
