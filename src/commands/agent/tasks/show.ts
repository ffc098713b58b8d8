import { Snapshot } from '../../../aspects/snapshot.js'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { featureFlag, workPackageArg } from '../../../core/cli/flags.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { renderWorkPackage } from '../../../core/cli/render/work-package-page.js'
import { TaskQueries } from '../../../core/services/board/task-queries.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class ShowTaskCommand extends KittyCommand<typeof ShowTaskCommand> {
  static override summary = 'Show one work package with its history'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01',
    '<%= config.bin %> <%= command.id %> wp1 --feature 017 --json',
  ]
  static override args = { workPackage: workPackageArg }
  static override flags = { feature: featureFlag }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  @Snapshot
  async run(): Promise<unknown> {
    const service = await this.service(TaskQueries)
    const scope = await this.scope(this.eventStore)
    const { feature, workPackage } = await scope.place(this.args.workPackage, this.flags.feature)
    const work_package = await service.show(feature, workPackage)
    this.show((style) => renderWorkPackage(work_package, new Date(), style))
    return this.document({ work_package })
  }
}
