import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { featureFlag, provenanceFlags, verdictFlags, workPackageArg } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { renderMerged } from '../core/cli/render/merged.js'
import { MergePackage } from '../core/services/merge/merge-package.js'
import type { EventStore } from '../core/store/event-store.js'

export default class MergeCommand extends KittyCommand<typeof MergeCommand> {
  static override summary = "Merge a package's branch, move it to done, remove its worktree"
  static override description =
    'First checks that the package may go to done and that the branch merges without a conflict; if not, nothing changes. Then merges with git merge --no-ff in the checkout of the base branch, hooks and signing included. If it is interrupted, run it again: it goes on.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01',
    '<%= config.bin %> <%= command.id %> 017/WP02 --json',
  ]
  static override args = { workPackage: workPackageArg }
  static override flags = {
    feature: featureFlag,
    ...verdictFlags,
    ...provenanceFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(MergePackage)
    const scope = await this.scope(this.eventStore)
    const result = await service.merge({
      ...(await scope.place(this.args.workPackage, this.flags.feature)),
      reviewRef: this.flags['review-ref'],
      evidence: this.flags.evidence,
      provenance: scope.provenance(this.flags),
    })
    this.show(() => renderMerged(result))
    return this.document({ ...result })
  }
}
