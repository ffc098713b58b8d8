import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Config, type Interfaces } from '@oclif/core'
import { type BundledCommands, commandOf } from './command-of.js'

/** Facts about the program that the bundle carries, so that a start does not search the disk for them. */
export interface BundledProgram {
  /** The package's folder. */
  readonly root: string
  readonly pjson: Interfaces.PJSON
  /** Keyed by ID. */
  readonly commands: BundledCommands
}

/** A theme colors oclif's help, which this configuration never prints. */
class PlainConfig extends Config {
  override async loadTheme(): Promise<undefined> {
    return undefined
  }
}

/** A configuration with only these commands of the program; it looks for no plugins. */
async function bundledConfig(program: BundledProgram, commands: readonly Command.Cached[]): Promise<Config> {
  const plugin = bundledPlugin(program, commands)
  // A cast: oclif types the argument as its class but uses only the members of this interface.
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

function bundledPlugin(program: BundledProgram, cached: readonly Command.Cached[]): Interfaces.Plugin {
  const { root, pjson, commands } = program
  const findCommand = async (id: string): Promise<Command.Class> => {
    const known = commands[id]
    if (known === undefined) throw new Error(`The bundle has no command ${id}: build it again.`)
    const command = (await known.load()).default
    command.id = id
    command.plugin = plugin
    return command
  }
  const plugin: Interfaces.Plugin = {
    _base: '',
    alias: pjson.name,
    commandsDir: undefined,
    commandIDs: cached.map(({ id }) => id),
    commands: cached.map((command) => ({
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

/** A configuration that includes the oclif plugins the program depends on; the bundle does not carry their commands. */
export async function configWithOclifPlugins(program: BundledProgram): Promise<Config> {
  // A cast: oclif wrote this file when the program was built.
  const manifest = JSON.parse(
    readFileSync(join(program.root, 'oclif.manifest.json'), 'utf8'),
  ) as Interfaces.Manifest
  const config = await bundledConfig(program, Object.values(manifest.commands))
  await config.loadPluginsAndCommands({ force: true })
  return config
}

/**
 * Runs one of the program's own commands without looking for plugins, if the command line can mean nothing else.
 * @returns false when oclif has to decide: help, topics, unknown commands, a plugin's commands
 */
export async function runDirectly(argv: readonly string[], program: BundledProgram): Promise<boolean> {
  const id = commandOf(argv, program.commands)
  if (id === undefined) return false
  // These manifest fields serve the help only; the parser reads the class.
  const config = await bundledConfig(program, [
    { id, aliases: [], args: {}, flags: {}, hasDynamicHelp: false, hidden: false, hiddenAliases: [] },
  ])
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
