import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { actorFlag, featureFlag, workPackageArg } from '../../../core/cli/flags.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { renderRemoval } from '../../../core/cli/render/workspaces.js'
import { Workspaces } from '../../../core/services/workspaces/workspaces.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class RemoveWorkspaceCommand extends KittyCommand<typeof RemoveWorkspaceCommand> {
  static override summary = 'Remove the worktree of a work package'
  static override description =
    'Refused while it holds what is nowhere else: changes, files that git ignores, commits on no branch. A folder that git ignores as a whole is build output and goes. With --force those are moved aside, and said where to. The branch always stays.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01',
    '<%= config.bin %> <%= command.id %> WP01 --feature 017 --json',
  ]
  static override args = { workPackage: workPackageArg }
  static override flags = {
    force: Flags.boolean({
      summary: 'Move aside what is nowhere else, and remove it although someone is doing the package.',
    }),
    feature: featureFlag,
    actor: actorFlag,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(Workspaces)
    const scope = await this.scope(this.eventStore)
    const { actor } = scope.provenance(this.flags)
    const { feature, workPackage } = await scope.place(this.args.workPackage, this.flags.feature)
    const removed = await service.remove({ feature, workPackage, force: this.flags.force, actor })
    this.show(() => renderRemoval(removed))
    return this.document({ ...removed })
  }
}
