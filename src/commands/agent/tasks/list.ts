import { Flags } from '@oclif/core'
import { Snapshot } from '../../../aspects/snapshot.js'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { featureFlag, laneFlag, listFlags } from '../../../core/cli/flags.js'
import { ListCommand } from '../../../core/cli/list-command.js'
import { renderWorkPackages } from '../../../core/cli/render/tables.js'
import { TaskQueries } from '../../../core/services/board/task-queries.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class ListTasksCommand extends ListCommand<typeof ListTasksCommand> {
  static override summary = 'List the work packages of a feature'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --feature 017',
    '<%= config.bin %> <%= command.id %> --lane doing --json',
  ]
  static override flags = {
    feature: featureFlag,
    lane: laneFlag('Only those in this lane.'),
    tag: Flags.string({ summary: 'Only those with this tag.', helpValue: 'TAG' }),
    ...listFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  @Snapshot
  async run(): Promise<unknown> {
    const service = await this.service(TaskQueries)
    const scope = await this.scope(this.eventStore)
    const { lane, tag } = this.flags
    const rows = await service.list({ feature: await scope.feature(this.flags.feature), lane, tag })
    return this.list({ key: 'work_packages', rows, render: renderWorkPackages })
  }
}
