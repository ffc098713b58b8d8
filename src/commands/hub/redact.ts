import { Args, Flags } from '@oclif/core'
import { WithErrorStorage } from '../../aspects/with-error-storage.js'
import { KittyCommand } from '../../core/cli/kitty-command.js'
import { RedactOnHub } from '../../core/services/hub/redact-on-hub.js'
import { RebuildIndex } from '../../core/services/events/rebuild-index.js'

export default class HubRedact extends KittyCommand<typeof HubRedact> {
  static override summary = 'Take the content of an event out of the hub and all its clones'
  static override description =
    'A stub with the reason takes the place of the line, here, on the hub, and in every clone once it asks the hub; no clone offers the event again. Needs the right `own`. Git keeps older commits: rewrite them with git filter-repo, and revoke a secret.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 01KXA2B3C4D5E6F7G8H9J0K1M2 --reason "names a customer"',
    '<%= config.bin %> <%= command.id %> J0K1M2 --reason "a password" --json',
  ]
  static override args = {
    event: Args.string({
      name: 'EVENT',
      description: 'An event ID, or at least six characters of its start or end.',
      required: true,
    }),
  }
  static override flags = {
    reason: Flags.string({ summary: 'Why, for everyone to read.', helpValue: 'TEXT', required: true }),
  }

  @WithErrorStorage
  async run(): Promise<unknown> {
    const result = await (await this.service(RedactOnHub)).redact(this.args.event, this.flags.reason)
    // The index holds titles and texts too.
    await (await this.service(RebuildIndex)).renew()
    this.show(() => [
      `Redacted ${result.event_id} on the hub and in this clone; other clones follow when they ask the hub.`,
      'Git keeps older commits that have the line: rewrite them with git filter-repo. Revoke a secret.',
    ])
    return this.document({ ...result })
  }
}
