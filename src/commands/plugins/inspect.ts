import { Args } from '@oclif/core'
import { KittyCommand } from '../../core/cli/kitty-command.js'
import { renderInspected } from '../../core/cli/render/plugins.js'
import { inspectedPlugin } from '../../core/plugin/host/plugin-facts.js'
import { installedPlugin } from '../../core/plugin/host/plugin-installation.js'

export default class PluginsInspect extends KittyCommand<typeof PluginsInspect> {
  static override summary = 'Show what a plugin is, brings and needs'
  static override description = 'Read from its package; none of its code runs.'
  static override examples = ['<%= config.bin %> <%= command.id %> kitty-plugin-burndown']
  static override args = {
    plugin: Args.string({ description: 'Name, or the folder of a linked one.', required: true }),
  }

  async run(): Promise<unknown> {
    const plugin = inspectedPlugin(installedPlugin(this.config.dataDir, this.args.plugin, process.cwd()))
    this.show(() => renderInspected(plugin))
    return { plugin, warnings: [] }
  }
}
