import { isKittyError } from '../../errors/kitty-error.js'
import { thisHost, unfit } from '../api-version.js'
import { counted } from '../../errors/counted.js'
import { asSentence } from '../../errors/as-sentence.js'
import { definitionFault, isDefinition, type StampedDefinition } from '../definition.js'
import { type Extensions, extensionsOf, type LoadedDefinition, NO_EXTENSIONS } from './extensions.js'
import { guarded } from './guarded.js'
import { linkHost, linkHostFor } from './host-link.js'
import { type InstalledPlugin, type PluginList, readPluginList } from './installed-plugins.js'
import { unknownRules, unloadedRules } from './move-guard.js'
import type { MoveRule } from '../../rules/move-rule.js'
import { packageFacts } from './package-facts.js'
import { toRun } from '../../errors/next-step.js'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Loads the definitions of installed plugins. A plugin that cannot be loaded becomes a problem that names it, and a rule
 * that refuses moves until it is repaired or uninstalled. So does a list that cannot be read.
 * @throws KittyError UnsafeSetup for a folder that someone else could have written to
 */
export async function loadExtensions(dataFolder: string): Promise<Extensions> {
  let list: PluginList
  try {
    list = readPluginList(dataFolder)
  } catch (error) {
    if (!isKittyError(error) || error.kind !== 'BadConfig') throw error
    return extensionsOf([], [error.message], [unknownRules(error.message)])
  }
  const { plugins, unknown } = list
  if (plugins.length + unknown === 0) return NO_EXTENSIONS
  linkHost(dataFolder)
  const loaded: LoadedDefinition[] = []
  const problems: string[] = []
  const unloaded: MoveRule[] = []
  if (unknown > 0) {
    const problem = `The list of plugins, ${join(dataFolder, 'package.json')}, has ${counted(unknown, 'entry', 'entries')} that this kitty does not know.`
    problems.push(problem)
    unloaded.push(unknownRules(problem))
  }
  for (const plugin of plugins) {
    try {
      if (plugin.type === 'link') linkHostFor(plugin.root)
      const one = await loadDefinition(plugin)
      if (one === undefined) continue
      assertGoesWith(loaded, one)
      loaded.push(one)
    } catch (error) {
      problems.push(problemOf(plugin, error))
      unloaded.push(unloadedRules(plugin.name))
    }
  }
  return extensionsOf(loaded, problems, unloaded)
}

/**
 * Loads one plugin's definition. Returns undefined if the plugin has only commands. @throws whatever is wrong with it
 */
export async function loadDefinition(
  plugin: Pick<InstalledPlugin, 'name' | 'root'>,
): Promise<LoadedDefinition | undefined> {
  const { definition: module } = packageFacts(plugin.root)
  if (module === undefined) return undefined
  const { default: definition } = await guarded(() => importModule(module))
  if (!isDefinition(definition)) throw new Error('its definition is not made by definePlugin')
  const host = thisHost()
  if (definition.api !== host.api) throw unfit(plugin.name, definition.api, host)
  const fault = definitionFault(definition)
  if (fault !== undefined) throw new Error(fault)
  return { definition, module }
}

function assertGoesWith(loaded: readonly LoadedDefinition[], one: LoadedDefinition): void {
  const twin = loaded.find(
    ({ definition }: { definition: StampedDefinition }) => definition.name === one.definition.name,
  )
  if (twin !== undefined) throw new Error(`another plugin is called ${one.definition.name} already`)
  extensionsOf([...loaded, one])
}

function problemOf({ name }: InstalledPlugin, error: unknown): string {
  if (isKittyError(error)) return `${error.message} It was left out.`
  const reason = error instanceof Error ? error.message : String(error)
  return `The plugin ${name} was left out: ${asSentence(reason)} Repair it, or remove it${toRun(['kitty', 'plugins', 'uninstall', name])}`
}

async function importModule(path: string): Promise<{ readonly default?: unknown }> {
  // Cast: every module is an object and may have a default export.
  return (await import(pathToFileURL(path).href)) as { readonly default?: unknown }
}
