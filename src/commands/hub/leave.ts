import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../../aspects/with-error-storage.js'
import { KittyCommand } from '../../core/cli/kitty-command.js'
import { LeaveHub } from '../../core/services/hub/leave-hub.js'

export default class HubLeave extends KittyCommand<typeof HubLeave> {
  static override summary = 'Leave the hub'
  static override description =
    'This clone neither asks the hub nor sends to it any more. What the hub has brought stays on the board, and the log stays as it is. What was sent without an answer is named: only that hub knows whether it was made.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --forget',
  ]
  static override flags = {
    forget: Flags.boolean({
      summary: 'Also take the hub out of .kittify/config.json.',
      description: 'For a fork that goes its own way. What only the hub has brought is then no longer shown.',
    }),
  }

  @WithErrorStorage
  async run(): Promise<unknown> {
    const result = (await this.service(LeaveHub)).leave(this.flags.forget)
    this.show(() => [
      result.left ? 'This clone has left the hub.' : 'This clone had not joined a hub.',
      ...(result.forgotten ? ['.kittify/config.json no longer names it: commit that.'] : []),
      ...result.not_confirmed.map((what) => `Not confirmed: ${what}. To find out, join this hub again.`),
    ])
    return this.document({ ...result })
  }
}
