import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../../aspects/with-error-storage.js'
import { KittyCommand } from '../../core/cli/kitty-command.js'
import { TrimHub } from '../../core/services/hub/trim-hub.js'
import { counted } from '../../core/errors/counted.js'

export default class HubTrim extends KittyCommand<typeof HubTrim> {
  static override summary = 'Remove from the hub the days that the trunk has'
  static override description =
    "Removes whole days, and only if the trunk has every event of them; the last event of each package stays. The trunk is the remote's main branch, or `hub.trunk` of .kittify/config.json. Needs the right `own`. Clones and git keep everything."
  static override examples = [
    '<%= config.bin %> <%= command.id %> --before 2026-01-01',
    '<%= config.bin %> <%= command.id %> --before 2026-01-01 --json',
  ]
  static override flags = {
    before: Flags.string({ summary: 'The first day that stays.', helpValue: 'DAY', required: true }),
  }

  @WithErrorStorage
  async run(): Promise<unknown> {
    const result = await (await this.service(TrimHub)).trim(this.flags.before)
    const events = counted(result.removed, 'event')
    this.show(() => [`Removed ${events} before ${result.before} from the hub.`])
    return this.document({ ...result })
  }
}
