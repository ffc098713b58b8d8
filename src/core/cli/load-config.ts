import { fileURLToPath } from 'node:url'
import { Config } from '@oclif/core'
import { type InstalledPlugin, installedPlugins } from '../plugin/host/installed-plugins.js'
import { isKittyError } from '../errors/kitty-error.js'
import type { BundledProgram } from './bundled-program.js'
import { Printer } from './print.js'

/**
 * Loads the program's commands and those of installed plugins. Does not use oclif's own plugin loading: there, a plugin
 * could replace a part of the program, and a broken plugin could end it.
 * @param entry Folder of the package, or URL of a file in it.
 * @param program Facts about the program that the bundle carries.
 */
export async function loadConfig(entry: string, program?: BundledProgram): Promise<Config> {
  const config =
    program === undefined
      ? await plainConfig(entry)
      : await (await import('./bundled-program.js')).configWithOclifPlugins(program)
  const printer = new Printer()
  const plugins = pluginsIn(config.dataDir, printer)
  if (plugins.length === 0) return config
  const { admitPlugins } = await import('../plugin/host/admit-plugins.js')
  for (const problem of await admitPlugins(config, plugins)) printer.warn(problem)
  return config
}

/** Help and what repairs a list that cannot be read work without its plugins. */
function pluginsIn(dataFolder: string, printer: Printer): readonly InstalledPlugin[] {
  try {
    return installedPlugins(dataFolder)
  } catch (error) {
    if (!isKittyError(error) || error.kind !== 'BadConfig') throw error
    printer.warn(error.message)
    return []
  }
}

function plainConfig(entry: string): Promise<Config> {
  const root = entry.startsWith('file:') ? fileURLToPath(entry) : entry
  return Config.load({ root, userPlugins: false, devPlugins: false })
}
