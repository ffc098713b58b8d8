import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { featureFlag, listFlags } from '../../../core/cli/flags.js'
import { ListCommand } from '../../../core/cli/list-command.js'
import { renderWorkspaces } from '../../../core/cli/render/workspaces.js'
import { Workspaces } from '../../../core/services/workspaces/workspaces.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class ListWorkspacesCommand extends ListCommand<typeof ListWorkspacesCommand> {
  static override summary = 'List the worktrees of work packages'
  static override description =
    'Stale ones are named with the reason: worktree_missing (the package is in work and has none here), half_made, branch_merged, package_done. Every feature, unless one is asked for.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --feature 017 --json',
  ]
  static override flags = { feature: featureFlag, ...listFlags }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(Workspaces)
    const scope = await this.scope(this.eventStore)
    const rows = await service.list(await scope.chosenFeature(this.flags.feature))
    return this.list({ key: 'workspaces', rows, render: renderWorkspaces })
  }
}
