import { KittyCommand } from '../../core/cli/kitty-command.js'
import { renderPlugins } from '../../core/cli/render/plugins.js'
import { pluginFacts } from '../../core/plugin/host/plugin-facts.js'
import { installedPlugins } from '../../core/plugin/host/installed-plugins.js'

export default class Plugins extends KittyCommand<typeof Plugins> {
  static override summary = 'List the plugins that are installed'
  static override description = 'Those of this user, with their versions and where each came from.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  async run(): Promise<unknown> {
    const plugins = installedPlugins(this.config.dataDir).map(pluginFacts)
    this.show(() => renderPlugins(plugins))
    return { plugins, warnings: [] }
  }
}
