import { Args, Flags } from '@oclif/core'
import { KittyCommand } from '../../core/cli/kitty-command.js'
import { renderAdmitted } from '../../core/cli/render/plugins.js'
import { installPlugin } from '../../core/plugin/host/plugin-installation.js'

export default class PluginsInstall extends KittyCommand<typeof PluginsInstall> {
  static override summary = 'Install a plugin from a name, a tarball, a folder or a git address'
  static override description =
    "Installed for this user only, into kitty's own data folder, by your npm; its scripts do not run. A plugin's code runs with your rights: install what you trust. One that would replace a command of kitty's is refused."
  static override examples = [
    '<%= config.bin %> <%= command.id %> kitty-plugin-burndown',
    '<%= config.bin %> <%= command.id %> ./kitty-plugin-burndown-1.0.0.tgz',
    '<%= config.bin %> <%= command.id %> git+ssh://git@github.com/someone/kitty-plugin.git',
  ]
  static override aliases = ['plugins:add']
  static override args = { plugin: Args.string({ description: 'Name, path or address.', required: true }) }
  static override flags = {
    force: Flags.boolean({ summary: 'Fetch it again, whatever npm has kept.' }),
    verbose: Flags.boolean({ summary: "Show npm's output." }),
  }

  async run(): Promise<unknown> {
    const { force, verbose } = this.flags
    const installer = { dataFolder: this.config.dataDir, root: this.config.root, verbose }
    const plugins = [await installPlugin(installer, this.args.plugin, process.cwd(), force)]
    this.show((style) => renderAdmitted(plugins, style))
    return { plugins, warnings: [] }
  }
}
