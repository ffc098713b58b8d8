import { Args } from '@oclif/core'
import { KittyCommand } from '../../core/cli/kitty-command.js'
import { installedPlugin, uninstallPlugin } from '../../core/plugin/host/plugin-installation.js'

export default class PluginsUninstall extends KittyCommand<typeof PluginsUninstall> {
  static override summary = 'Remove a plugin'
  static override description = 'A linked one is only forgotten: its folder stays as it is.'
  static override examples = ['<%= config.bin %> <%= command.id %> kitty-plugin-burndown']
  static override aliases = ['plugins:remove', 'plugins:unlink']
  static override args = {
    plugin: Args.string({ description: 'Name, or the folder of a linked one.', required: true }),
  }

  async run(): Promise<unknown> {
    const installer = { dataFolder: this.config.dataDir, root: this.config.root }
    const plugin = installedPlugin(installer.dataFolder, this.args.plugin, process.cwd())
    await uninstallPlugin(installer, plugin)
    this.show(() => [`Removed the plugin ${plugin.name}.`])
    return { removed: [plugin.name], warnings: [] }
  }
}
