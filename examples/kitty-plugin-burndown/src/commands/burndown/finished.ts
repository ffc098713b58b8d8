import { type EventStore, featureFlag, PluginCommand, WithErrorStorage, WithEventStore } from 'kittify/plugin'
import { FinishedPackages } from '../../finished-packages.js'

export default class BurndownFinished extends PluginCommand<typeof BurndownFinished> {
  static override summary = 'List what is done, by day'
  static override examples = ['<%= config.bin %> <%= command.id %> --feature 017']
  static override flags = { feature: featureFlag }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const scope = await this.scope(this.eventStore)
    const feature = await scope.feature(this.flags.feature)
    const packages = await this.service(FinishedPackages)
    const finished = await packages.of(feature)
    this.show(() =>
      finished.length === 0
        ? 'Nothing is done yet.'
        : finished
            .map(({ day, work_package_id, actor }) => `${day} ${work_package_id} (${actor})`)
            .join('\n'),
    )
    return this.document({ feature, finished })
  }
}
