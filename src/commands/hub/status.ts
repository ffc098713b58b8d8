import { WithErrorStorage } from '../../aspects/with-error-storage.js'
import { KittyCommand } from '../../core/cli/kitty-command.js'
import { renderHubStatus } from '../../core/cli/render/hub-status.js'
import { HubStatus } from '../../core/services/hub/hub-status.js'

export default class HubStatusCommand extends KittyCommand<typeof HubStatusCommand> {
  static override summary = 'Exchange events with the hub, and say how both are'
  static override description =
    'Compares the hub and this clone day by day, takes what is missing here, and offers what this clone wrote or its trunk has. Settles what was sent without an answer.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  @WithErrorStorage
  async run(): Promise<unknown> {
    const result = await (await this.service(HubStatus)).status()
    this.show(() => renderHubStatus(result))
    return this.document({ ...result })
  }
}
