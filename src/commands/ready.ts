import { Snapshot } from '../aspects/snapshot.js'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { featureFlag, listFlags } from '../core/cli/flags.js'
import { ListCommand } from '../core/cli/list-command.js'
import { renderOffered } from '../core/cli/render/tables.js'
import { ListWork } from '../core/services/board/list-work.js'
import type { EventStore } from '../core/store/event-store.js'

export default class ReadyWorkCommand extends ListCommand<typeof ReadyWorkCommand> {
  static override summary = 'List what can be done now: rework, reviews, and packages to start'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --feature 017 --limit 10 --json',
  ]
  static override flags = { feature: featureFlag, ...listFlags }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  @Snapshot
  async run(): Promise<unknown> {
    const service = await this.service(ListWork)
    const scope = await this.scope(this.eventStore)
    const rows = await service.ready(await scope.chosenFeatures(this.flags.feature))
    return this.list({ key: 'ready', rows, render: renderOffered })
  }
}
