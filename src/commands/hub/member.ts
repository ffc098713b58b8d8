import { Args } from '@oclif/core'
import { WithErrorStorage } from '../../aspects/with-error-storage.js'
import { KittyCommand } from '../../core/cli/kitty-command.js'
import { HubMember } from '../../core/services/hub/hub-member.js'

export default class HubMemberCommand extends KittyCommand<typeof HubMemberCommand> {
  static override summary = "Say what a database role may do in this repository's hub"
  static override description =
    'The role exists on the server already. `append` includes `read`; `own` includes both, and this command.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> ada append',
    '<%= config.bin %> <%= command.id %> mallory none --json',
  ]
  static override args = {
    role: Args.string({ name: 'ROLE', description: 'A role of the database server.', required: true }),
    may: Args.string({
      name: 'RIGHT',
      description: 'What it may do.',
      options: ['read', 'append', 'own', 'none'],
      required: true,
    }),
  }

  @WithErrorStorage
  async run(): Promise<unknown> {
    const result = await (await this.service(HubMember)).set(this.args.role, this.args.may)
    this.show(() => [`${result.role}: ${result.may}`])
    return this.document({ ...result })
  }
}
