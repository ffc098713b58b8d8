import { WithErrorStorage } from '../../aspects/with-error-storage.js'
import { KittyCommand } from '../../core/cli/kitty-command.js'
import { UpgradeHub } from '../../core/services/hub/upgrade-hub.js'

export default class HubUpgrade extends KittyCommand<typeof HubUpgrade> {
  static override summary = "Bring the hub's tables and functions to this version"
  static override description =
    'Needs the role that owns the database. Older clients go on working. Nothing else ever migrates a hub.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  @WithErrorStorage
  async run(): Promise<unknown> {
    const { migrations } = await (await this.service(UpgradeHub)).upgrade()
    this.show(() => [
      migrations.length === 0 ? 'The hub is up to date.' : `The hub was upgraded: ${migrations.join(', ')}.`,
    ])
    return this.document({ migrations })
  }
}
