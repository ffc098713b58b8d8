import { Args, Flags } from '@oclif/core'
import { KittyCommand } from '../../core/cli/kitty-command.js'
import { renderAdmitted } from '../../core/cli/render/plugins.js'
import { installedPlugins } from '../../core/plugin/host/installed-plugins.js'
import { installedPlugin, updatePlugins } from '../../core/plugin/host/plugin-installation.js'

export default class PluginsUpdate extends KittyCommand<typeof PluginsUpdate> {
  static override summary = 'Install the newest version of plugins'
  static override description =
    'Of the tag or the address each was installed from. A linked plugin is as new as its folder.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> kitty-plugin-burndown',
  ]
  static override args = { plugin: Args.string({ description: 'Name. Every plugin, unless given.' }) }
  static override flags = { verbose: Flags.boolean({ summary: "Show npm's output." }) }

  async run(): Promise<unknown> {
    const { dataDir: dataFolder, root } = this.config
    const { plugin } = this.args
    const chosen =
      plugin === undefined
        ? installedPlugins(dataFolder)
        : [installedPlugin(dataFolder, plugin, process.cwd())]
    const plugins = await updatePlugins({ dataFolder, root, verbose: this.flags.verbose }, chosen)
    this.show((style) => (plugins.length === 0 ? 'Nothing to update.' : renderAdmitted(plugins, style)))
    return { plugins, warnings: [] }
  }
}
