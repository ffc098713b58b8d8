import { Args, Flags } from '@oclif/core'
import { KittyCommand } from '../../core/cli/kitty-command.js'
import { renderAdmitted } from '../../core/cli/render/plugins.js'
import { installing, oclifCommand } from '../../core/plugin/host/plugin-installation.js'

export default class PluginsLink extends KittyCommand<typeof PluginsLink> {
  static override summary = 'Use a plugin from the folder it is worked on in'
  static override description =
    "Every build of it counts from then on. Undone by plugins uninstall. One that would replace a command of kitty's is refused."
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> ../kitty-plugin-burndown --no-install',
  ]
  static override args = { path: Args.string({ description: "The plugin's folder.", default: '.' }) }
  static override flags = {
    install: Flags.boolean({ allowNo: true, default: true, summary: 'Install its dependencies as well.' }),
  }

  async run(): Promise<unknown> {
    const link = await oclifCommand(this.config, 'plugins:link')
    const argv = [this.args.path, this.flags.install ? '--install' : '--no-install']
    const plugins = await installing(this.config, () => link.run(argv, this.config))
    this.show((style) => renderAdmitted(plugins, style))
    return { plugins, warnings: [] }
  }
}
