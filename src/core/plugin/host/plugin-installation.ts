import type { Config } from '@oclif/core'
import { type AdmittedPlugin, tryAdmission } from './admission.js'
import { linkHost } from './host-link.js'
import { installedPlugins } from './installed-plugins.js'

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
  const came = installedPlugins(config.dataDir).filter(({ name, root, type }) => {
    const earlier = known.get(name)
    return earlier?.root !== root || earlier.type !== type || config.plugins.get(name) !== before.get(name)
  })
  const admitted: AdmittedPlugin[] = []
  for (const { name } of came) admitted.push(await admittedOrGone(config, name))
  return admitted
}

async function admittedOrGone(config: Config, name: string): Promise<AdmittedPlugin> {
  try {
    return await tryAdmission({ root: config.root, name })
  } catch (error) {
    await withoutWarnings(async () => (await oclifCommand(config, 'plugins:uninstall')).run([name], config))
    throw error
  }
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
