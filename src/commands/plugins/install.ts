import { Args, Flags } from '@oclif/core'
import { KittyCommand } from '../../core/cli/kitty-command.js'
import { renderAdmitted } from '../../core/cli/render/plugins.js'
import { installSource } from '../../core/plugin/host/install-source.js'
import { installing, oclifCommand } from '../../core/plugin/host/plugin-installation.js'

export default class PluginsInstall extends KittyCommand<typeof PluginsInstall> {
  static override summary = 'Install a plugin from a name, a tarball, a folder or a git address'
  static override description =
    "Installed for this user alone, into kitty's own data folder. A plugin's code runs with your rights: install what you trust. One that would replace a command of kitty's is refused."
  static override examples = [
    '<%= config.bin %> <%= command.id %> kitty-plugin-burndown',
    '<%= config.bin %> <%= command.id %> ./kitty-plugin-burndown-1.0.0.tgz',
    '<%= config.bin %> <%= command.id %> git+ssh://git@github.com/someone/kitty-plugin.git',
  ]
  static override aliases = ['plugins:add']
  static override args = { plugin: Args.string({ description: 'Name, path or address.', required: true }) }
  static override flags = {
    force: Flags.boolean({ summary: 'Fetch it anew, whatever is kept here.' }),
    verbose: Flags.boolean({ summary: "Show npm's output." }),
  }

  async run(): Promise<unknown> {
    const { force, verbose } = this.flags
    const source = installSource(this.args.plugin, process.cwd(), this.config.dataDir)
    const install = await oclifCommand(this.config, 'plugins:install')
    const argv = [source, ...(force ? ['--force'] : []), verbose ? '--verbose' : '--silent']
    const plugins = await installing(this.config, () => install.run(argv, this.config))
    this.show((style) => renderAdmitted(plugins, style))
    return { plugins, warnings: [] }
  }
}
