import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Config, type Interfaces } from '@oclif/core'
import { commandOf } from './command-of.js'

/** What the bundle carries of the program, so that none of it is looked for on disk. */
export interface BundledProgram {
  /** The package's folder. */
  readonly root: string
  readonly pjson: Interfaces.PJSON
  readonly manifest: Interfaces.Manifest
  /** By id; each is loaded when it is asked for. */
  readonly commands: Readonly<Record<string, () => Promise<{ readonly default: Command.Class }>>>
}

/** A theme colours oclif's help, which is not printed from here. */
class PlainConfig extends Config {
  override async loadTheme(): Promise<undefined> {
    return undefined
  }
}

/** The configuration for the program's own commands alone: no plugin is looked for. */
async function bundledConfig(program: BundledProgram): Promise<Config> {
  const plugin = bundledPlugin(program)
  // A cast: oclif types the argument by its class, of which it uses what the interface says.
  const plugins = new Map([[plugin.name, plugin]]) as unknown as Map<string, never>
  const config = new PlainConfig({
    root: program.root,
    pjson: program.pjson,
    plugins,
    userPlugins: false,
    devPlugins: false,
  })
  await config.load()
  return config
}

function bundledPlugin({ root, pjson, manifest, commands }: BundledProgram): Interfaces.Plugin {
  const findCommand = async (id: string): Promise<Command.Class> => {
    const load = commands[id]
    if (load === undefined) throw new Error(`The bundle has no command ${id}: build it anew.`)
    const command = (await load()).default
    command.id = id
    command.plugin = plugin
    return command
  }
  const plugin: Interfaces.Plugin = {
    _base: '',
    alias: pjson.name,
    commandsDir: undefined,
    commandIDs: Object.keys(manifest.commands),
    commands: Object.values(manifest.commands).map((command) => ({
      ...command,
      pluginAlias: pjson.name,
      pluginType: 'core',
      load: () => findCommand(command.id),
    })),
    findCommand,
    hasManifest: true,
    hooks: hooksOf(pjson),
    isRoot: true,
    load: async () => undefined,
    moduleType: 'module',
    name: pjson.name,
    options: { root },
    pjson,
    root,
    topics: Object.entries(pjson.oclif.topics ?? {}).map(([name, topic]) => ({ ...topic, name })),
    type: 'core',
    valid: true,
    version: pjson.version,
  }
  return plugin
}

function hooksOf(pjson: Interfaces.PJSON): Interfaces.Plugin['hooks'] {
  const named = Object.entries(pjson.oclif.hooks ?? {}).map(
    ([event, hooks]) => [event, [hooks].flat().map(hookOptions)] as const,
  )
  return Object.fromEntries(named)
}

function hookOptions(hook: string | { target: string; identifier?: string }): {
  target: string
  identifier: string
} {
  return typeof hook === 'string'
    ? { target: hook, identifier: 'default' }
    : { identifier: 'default', ...hook }
}

/** The configuration with the plugins the program consists of: their commands are not in the bundle. */
export async function configWithOclifPlugins(program: BundledProgram): Promise<Config> {
  const config = await bundledConfig(program)
  await config.loadPluginsAndCommands({ force: true })
  return config
}

/**
 * Runs one of the program's own commands without looking at plugins, where there is nothing else that could be meant.
 * @returns false when oclif has to decide: help, topics, unknown commands, plugins.
 */
export async function runDirectly(argv: readonly string[], program: BundledProgram): Promise<boolean> {
  const id = commandOf(argv, program.manifest)
  if (id === undefined) return false
  const config = await bundledConfig(program)
  if (existsSync(join(config.dataDir, 'package.json'))) return false
  const rest = argv.slice(id.split(':').length)
  await config.runHook('init', { argv: rest, id })
  let failure: Error | undefined
  try {
    await config.runCommand(id, rest)
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    await config.runHook('finally', { argv: rest, Command: config.findCommand(id), error: failure, id })
  }
  return true
}
