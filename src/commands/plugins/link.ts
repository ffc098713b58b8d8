import { Args } from '@oclif/core'
import { KittyCommand } from '../../core/cli/kitty-command.js'
import { renderAdmitted } from '../../core/cli/render/plugins.js'
import { linkPlugin } from '../../core/plugin/host/plugin-installation.js'

export default class PluginsLink extends KittyCommand<typeof PluginsLink> {
  static override summary = 'Use a plugin from the folder it is worked on in'
  static override description =
    "Every build of it counts from then on. Install what it depends on yourself; kitty itself it finds. Undone by plugins uninstall. One that would replace a command of kitty's is refused."
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> ../kitty-plugin-burndown',
  ]
  static override args = { path: Args.string({ description: "The plugin's folder.", default: '.' }) }

  async run(): Promise<unknown> {
    const installer = { dataFolder: this.config.dataDir, root: this.config.root }
    const plugins = [await linkPlugin(installer, this.args.path)]
    this.show((style) => renderAdmitted(plugins, style))
    return { plugins, warnings: [] }
  }
}
