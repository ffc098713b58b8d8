import { Args } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { featureFlag, listFlags } from '../../../core/cli/flags.js'
import { ListCommand } from '../../../core/cli/list-command.js'
import { renderGates } from '../../../core/cli/render/tables.js'
import { Gates } from '../../../core/services/packages/gates.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class ListGatesCommand extends ListCommand<typeof ListGatesCommand> {
  static override summary = 'List the gates of a feature or of one work package'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> WP01 --json',
  ]
  static override args = {
    workPackage: Args.string({
      name: 'WP',
      description: 'Work package: WP01, or wp1 for short.',
    }),
  }
  static override flags = { feature: featureFlag, ...listFlags }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(Gates)
    const scope = await this.scope(this.eventStore)
    const { feature, workPackage } = await scope.placeOrFeature(this.args.workPackage, this.flags.feature)
    const rows = await service.list(feature, workPackage)
    return this.list({ key: 'gates', rows, render: renderGates })
  }
}
