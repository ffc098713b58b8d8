import { Flags } from '@oclif/core'
import { Snapshot } from '../aspects/snapshot.js'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { featureFlag, provenanceFlags, reasonFlag, workPackageArg } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { renderClaim } from '../core/cli/render/next.js'
import { ClaimWithWorkspace } from '../core/services/claims/claim-with-workspace.js'
import type { EventStore } from '../core/store/event-store.js'

export default class ClaimCommand extends KittyCommand<typeof ClaimCommand> {
  static override summary = 'Take a work package'
  static override description =
    'Moves the package to the first working lane, for you and your session. Fails (exit 6) if someone else has it. Repeating it is safe: what you have stays yours.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01 --worktree',
    '<%= config.bin %> <%= command.id %> WP01 --resume',
    '<%= config.bin %> <%= command.id %> WP01 --take-over --reason "ada has left"',
  ]
  static override args = { workPackage: workPackageArg }
  static override flags = {
    worktree: Flags.boolean({ summary: 'Also make a worktree for it, as implement does.' }),
    resume: Flags.boolean({ summary: 'Take over what you have in another session.' }),
    'take-over': Flags.boolean({
      summary: 'Take it over from someone else, whose lease has ended.',
      dependsOn: ['reason'],
      exclusive: ['resume'],
    }),
    reason: reasonFlag,
    feature: featureFlag,
    ...provenanceFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  @Snapshot
  async run(): Promise<unknown> {
    const service = await this.service(ClaimWithWorkspace)
    const scope = await this.scope(this.eventStore)
    const { worktree, resume, reason } = this.flags
    const claimed = await service.claim({
      ...(await scope.place(this.args.workPackage, this.flags.feature)),
      worktree,
      resume,
      takeOver: this.flags['take-over'],
      reason,
      provenance: scope.provenance(this.flags),
    })
    this.show(() => renderClaim(claimed))
    return this.document({ ...claimed })
  }
}
