import { KittyCommand } from '../core/cli/kitty-command.js'
import { versionLines, versions } from '../core/cli/version.js'

export default class Version extends KittyCommand<typeof Version> {
  static override summary = 'Show the versions of kitty and of its events library'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  async run(): Promise<unknown> {
    this.show(versionLines)
    return { ...versions(), warnings: [] }
  }
}
