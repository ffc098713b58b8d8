import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../../aspects/with-error-storage.js'
import { KittyCommand } from '../../core/cli/kitty-command.js'
import { JoinHub } from '../../core/services/hub/join-hub.js'

export default class HubJoin extends KittyCommand<typeof HubJoin> {
  static override summary = 'Join the hub that this repository names'
  static override description =
    'Without --yes it only says where the events of this clone would go. With it, the agreement is kept in the git directory; if .kittify/config.json later names another hub, nothing is sent until you join again.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    'KITTY_HUB=postgres://ada:…@db1.example <%= config.bin %> <%= command.id %> --yes',
  ]
  static override flags = {
    yes: Flags.boolean({ summary: 'You have seen where the events go, and agree.' }),
  }

  @WithErrorStorage
  async run(): Promise<unknown> {
    const result = await (await this.service(JoinHub)).join(this.flags.yes)
    this.show(() => [
      `This clone has joined ${result.database} on ${result.server}, where its role may ${result.may}.`,
      'Next: kitty hub status',
    ])
    return this.document({ ...result })
  }
}
