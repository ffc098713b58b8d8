import { Args } from '@oclif/core'
import { SHELL_SCRIPTS, type Shell } from '../core/cli/completion/shell-scripts.js'
import { KittyCommand } from '../core/cli/kitty-command.js'

export default class Autocomplete extends KittyCommand<typeof Autocomplete> {
  static override summary = 'Print what makes a shell complete commands, features, packages and lanes'
  static override description =
    'For the file your shell reads at its start: `echo \'eval "$(kitty autocomplete bash)"\' >> ~/.bashrc`, or zsh and ~/.zshrc; in fish `kitty autocomplete fish > ~/.config/fish/completions/kitty.fish`; in PowerShell `kitty autocomplete powershell | Out-String | Invoke-Expression`, in the file that $PROFILE names. Completing reads names of files and writes nothing.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> bash',
    '<%= config.bin %> <%= command.id %> zsh',
    '<%= config.bin %> <%= command.id %> fish',
    '<%= config.bin %> <%= command.id %> powershell',
  ]
  static override args = {
    shell: Args.string({ description: 'Which shell.', options: Object.keys(SHELL_SCRIPTS), required: true }),
  }

  async run(): Promise<unknown> {
    const { shell } = this.args
    // Cast: oclif rejects any value that is not one of the options.
    const script = SHELL_SCRIPTS[shell as Shell]
    this.show(() => script)
    return { shell, script, warnings: [] }
  }
}
