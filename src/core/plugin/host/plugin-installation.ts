import { Config, type Interfaces } from '@oclif/core'
import { isKittyError, KittyError } from '../../errors/kitty-error.js'
import { admit } from './admit-plugins.js'
import { linkHost } from './host-link.js'
import { type InstalledPlugin, installedPlugins } from './installed-plugins.js'
import { loadDefinition } from './load-extensions.js'

export interface AdmittedPlugin {
  readonly name: string
  readonly version: string
  /** As typed. */
  readonly commands: readonly string[]
  /** False: every start of the program loads all of its commands to learn their names. */
  readonly has_manifest: boolean
}

/** oclif's own command of that id, which this program's command stands in front of. */
export async function oclifCommand(
  config: Config,
  id: string,
): Promise<{ run(argv: string[], config: Config): Promise<unknown> }> {
  const command = await config.plugins.get('@oclif/plugin-plugins')?.findCommand(id, { must: true })
  if (command === undefined) throw new Error(`@oclif/plugin-plugins has no command ${id}`)
  return command
}

/**
 * Runs what installs or links plugins, then checks what came: what the program refuses does not stay.
 * @returns the plugins that came
 * @throws KittyError ValidationError, or MissingDependency for another plugin API, naming the plugin
 */
export async function installing(config: Config, work: () => Promise<unknown>): Promise<AdmittedPlugin[]> {
  const before = new Map(config.plugins)
  const known = new Map(installedPlugins(config.dataDir).map((plugin) => [plugin.name, plugin]))
  await withoutWarnings(work)
  linkHost(config.dataDir)
  const now = installedPlugins(config.dataDir)
  const came = now.filter(({ name, root, type }) => {
    const earlier = known.get(name)
    return earlier?.root !== root || earlier.type !== type || config.plugins.get(name) !== before.get(name)
  })
  const admitted: AdmittedPlugin[] = []
  for (const plugin of came) admitted.push(await admission(config, plugin, now))
  return admitted
}

async function admission(
  config: Config,
  plugin: InstalledPlugin,
  all: readonly InstalledPlugin[],
): Promise<AdmittedPlugin> {
  try {
    const fresh = await Config.load({ root: config.root, userPlugins: false, devPlugins: false })
    for (const other of all) if (other.name !== plugin.name) await admit(fresh, other).catch(() => undefined)
    const instance = await admit(fresh, plugin)
    await loadDefinition(plugin)
    return factsOf(instance)
  } catch (error) {
    await withoutWarnings(async () =>
      (await oclifCommand(config, 'plugins:uninstall')).run([plugin.name], config),
    )
    throw refusal(plugin, error)
  }
}

function factsOf({ name, version, commands, hasManifest }: Interfaces.Plugin): AdmittedPlugin {
  return {
    name,
    version,
    commands: commands.map(({ id }) => id.replaceAll(':', ' ')),
    has_manifest: hasManifest,
  }
}

function refusal({ name }: InstalledPlugin, error: unknown): unknown {
  if (isKittyError(error)) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new KittyError('ValidationError', `The plugin ${name} was not installed: ${reason}`, {
    nextSteps: ['ask its author for a release that fits; docs/plugins.md says what a plugin may do'],
    context: { plugin: name },
  })
}

/** While oclif loads a plugin it does not find the program yet; what is wrong with it is told afterwards. */
async function withoutWarnings(work: () => Promise<unknown>): Promise<void> {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- put back as it was
  const { emitWarning } = process
  process.emitWarning = () => undefined
  try {
    await work()
  } finally {
    process.emitWarning = emitWarning
  }
}
