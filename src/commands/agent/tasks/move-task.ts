import { Snapshot } from '../../../aspects/snapshot.js'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { moveFlags, requiredLaneFlag, workPackageArg } from '../../../core/cli/flags.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { moveLine } from '../../../core/cli/render/written.js'
import { MoveTask } from '../../../core/services/moves/move-task.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class MoveTaskCommand extends KittyCommand<typeof MoveTaskCommand> {
  static override summary = 'Move a work package to another lane'
  static override description =
    'Checks the workflow, writes the event, then the lane in the front matter of the package. With --expect the move fails (exit 6) unless the package is still in that lane, so only one of several claimants wins.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01 --to doing --expect planned',
    '<%= config.bin %> <%= command.id %> WP01 --to for_review --feature 017 --json',
    '<%= config.bin %> <%= command.id %> WP02 --to planned --reason "WP01 comes first"',
  ]
  static override args = { workPackage: workPackageArg }
  static override flags = {
    to: requiredLaneFlag('The lane to move it to.'),
    ...moveFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  @Snapshot
  async run(): Promise<unknown> {
    const service = await this.service(MoveTask)
    const scope = await this.scope(this.eventStore)
    const { to, reason, force, expect, evidence } = this.flags
    const moved = await service.move({
      ...(await scope.place(this.args.workPackage, this.flags.feature)),
      to,
      reason,
      force,
      expect,
      reviewRef: this.flags['review-ref'],
      evidence,
      provenance: scope.provenance(this.flags),
    })
    this.show(() => moveLine(moved))
    return this.document({ ...moved })
  }
}
