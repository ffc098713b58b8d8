import { fileURLToPath } from 'node:url'
import { Config } from '@oclif/core'
import { installedPlugins } from '../plugin/host/installed-plugins.js'
import { Printer } from './print.js'

/**
 * The program's commands, and those of installed plugins. Oclif's own loading is not asked for plugins: there a
 * plugin may take the place of what the program consists of, and one that is broken may end it.
 * @param entry URL of the script in `bin`
 */
export async function loadConfig(entry: string): Promise<Config> {
  const config = await Config.load({ root: fileURLToPath(entry), userPlugins: false, devPlugins: false })
  const plugins = installedPlugins(config.dataDir)
  if (plugins.length === 0) return config
  const { admitPlugins } = await import('../plugin/host/admit-plugins.js')
  const printer = new Printer()
  for (const problem of await admitPlugins(config, plugins)) printer.warn(problem)
  return config
}
