import { type Config, type Interfaces, Plugin, settings } from '@oclif/core'
import { announceHost } from '../api-version.js'
import { asSentence } from '../../errors/as-sentence.js'
import { guarded } from './guarded.js'
import { linkHost, linkHostFor } from './host-link.js'
import type { InstalledPlugin } from './installed-plugins.js'
import { packageFacts } from './package-facts.js'
import { replacedCommands } from './replaced-commands.js'
import { toRun } from '../../errors/next-step.js'
import { statedCommands } from './stated-commands.js'
import { isNews, isYoung, moveUnderX } from './under-x.js'

/** Private to oclif, which calls these for each of its own plugins. */
interface PluginLists {
  loadCommands(plugin: Interfaces.Plugin): void
  loadTopics(plugin: Interfaces.Plugin): void
}

/**
 * Adds the commands of installed plugins to the program. Leaves out a plugin that cannot be loaded, was made for
 * another plugin API, or would replace a command.
 * @returns one sentence for each plugin left out, saying why; and once for each command that gave way to a word of
 * kitty's
 */
export async function admitPlugins(config: Config, plugins: readonly InstalledPlugin[]): Promise<string[]> {
  announceHost()
  linkHost(config.dataDir)
  const problems: string[] = []
  for (const installed of plugins) {
    const moved: string[] = []
    const reason = await admit(config, installed, moved).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
    problems.push(...moved.filter((text) => isNews(config.dataDir, text)))
    if (reason !== undefined)
      problems.push(
        `The plugin ${installed.name} was left out: ${asSentence(reason)} To be rid of it${toRun(['kitty', 'plugins', 'uninstall', installed.name])}`,
      )
  }
  return problems
}

/**
 * @param moved gets a sentence for each command whose name kitty has taken
 * @throws Error saying why the plugin cannot be part of the program
 */
export async function admit(
  config: Config,
  installed: InstalledPlugin,
  moved: string[] = [],
): Promise<Interfaces.Plugin> {
  const { name, type, root } = installed
  if (config.plugins.has(name)) throw new Error(`${name} is the name of a plugin that kitty consists of.`)
  packageFacts(root)
  assertReplacesNothing(statedAs(statedCommands(root)), config)
  if (type === 'link') linkHostFor(root)
  // Run the plugin as built; otherwise oclif warns about each linked plugin at every command.
  settings.enableAutoTranspile = false
  const plugin: Interfaces.Plugin = new Plugin({ name, type, root, ...originOf(installed) })
  const warnings: string[] = []
  await guarded(() => plugin.load(), warnings)
  const [warning] = warnings
  if (warning !== undefined) throw new Error(warning)
  for (const [before, now] of moveUnderX(plugin, config))
    moved.push(`${before} is kitty's own now: the command of ${name} is ${now}.`)
  assertReplacesNothing(plugin, config)
  // oclif would run these hooks at every command, and one that fails would end the program.
  plugin.hooks = {}
  config.plugins.set(plugin.name, plugin)
  // Cast: oclif does not export these two methods, and there is no other way to call them.
  const lists = config as unknown as PluginLists
  lists.loadCommands(plugin)
  lists.loadTopics(plugin)
  return plugin
}

/** Before any of the plugin's code runs. A name that a young word of kitty's has taken moves below `kitty x` later. */
function statedAs(ids: readonly string[]): Pick<Interfaces.Plugin, 'commands'> {
  const old = ids.filter((id) => !isYoung(id))
  // Cast: `replacedCommands` looks at these keys only.
  const commands = old.map((id) => ({
    id,
    aliases: [],
    hiddenAliases: [],
  })) as unknown as Interfaces.Plugin['commands']
  return { commands }
}

function assertReplacesNothing(plugin: Pick<Interfaces.Plugin, 'commands'>, config: Config): void {
  const replaced = replacedCommands(plugin, config)
  if (replaced.length > 0)
    throw new Error(`it would replace ${replaced.map((id) => `kitty ${id}`).join(', ')}.`)
}

function originOf({ tag, url }: InstalledPlugin): { tag?: string; url?: string } {
  return { ...(tag !== undefined && { tag }), ...(url !== undefined && { url }) }
}
