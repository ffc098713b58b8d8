import { Flags } from '@oclif/core'
import { Snapshot } from '../../../aspects/snapshot.js'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { featureFlag, listFlags } from '../../../core/cli/flags.js'
import { ListCommand } from '../../../core/cli/list-command.js'
import { renderReady } from '../../../core/cli/render/tables.js'
import { TaskQueries } from '../../../core/services/board/task-queries.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class ReadyTasksCommand extends ListCommand<typeof ReadyTasksCommand> {
  static override summary = 'List what can be started now'
  static override description =
    'Planned packages whose dependencies are done, each with those that would have nothing left to wait for once it is done.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --feature 017',
    '<%= config.bin %> <%= command.id %> --all --json',
  ]
  static override flags = {
    feature: featureFlag,
    all: Flags.boolean({ summary: 'In every feature.', exclusive: ['feature'] }),
    ...listFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  @Snapshot
  async run(): Promise<unknown> {
    const service = await this.service(TaskQueries)
    const scope = await this.scope(this.eventStore)
    const { all, feature } = this.flags
    const rows = await service.ready(all ? await scope.activeFeatures() : [await scope.feature(feature)])
    return this.list({ key: 'ready', rows, render: renderReady })
  }
}
