import { fileURLToPath } from 'node:url'
import { Config } from '@oclif/core'
import { installedPlugins } from '../plugin/host/installed-plugins.js'
import type { BundledProgram } from './bundled-program.js'
import { Printer } from './print.js'

/**
 * The program's commands, and those of installed plugins. Oclif's own loading is not asked for plugins: there a
 * plugin may take the place of what the program consists of, and one that is broken may end it.
 * @param entry Folder of the package, or URL of a file in it. @param program What the bundle carries.
 */
export async function loadConfig(entry: string, program?: BundledProgram): Promise<Config> {
  const config =
    program === undefined
      ? await plainConfig(entry)
      : await (await import('./bundled-program.js')).configWithOclifPlugins(program)
  const plugins = installedPlugins(config.dataDir)
  if (plugins.length === 0) return config
  const { admitPlugins } = await import('../plugin/host/admit-plugins.js')
  const printer = new Printer()
  for (const problem of await admitPlugins(config, plugins)) printer.warn(problem)
  return config
}

function plainConfig(entry: string): Promise<Config> {
  const root = entry.startsWith('file:') ? fileURLToPath(entry) : entry
  return Config.load({ root, userPlugins: false, devPlugins: false })
}
