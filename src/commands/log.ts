import { Args } from '@oclif/core'
import { Snapshot } from '../aspects/snapshot.js'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { featureFlag, listFlags } from '../core/cli/flags.js'
import { ListCommand } from '../core/cli/list-command.js'
import { renderEvents } from '../core/cli/render/tables.js'
import { EventQueries } from '../core/services/events/event-queries.js'
import type { EventStore } from '../core/store/event-store.js'

export default class LogCommand extends ListCommand<typeof LogCommand> {
  static override summary = 'Show what happened, newest first'
  static override description =
    'Without a package: in every feature, or the one that --feature names. `kitty agent events list` filters and follows.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> WP01 --limit 10',
    '<%= config.bin %> <%= command.id %> --feature 017 --json',
  ]
  static override args = {
    workPackage: Args.string({ name: 'WP', description: 'Work package: WP01, wp1 for short, or 017/WP01.' }),
  }
  static override flags = { feature: featureFlag, ...listFlags }

  declare readonly eventStore: EventStore

  /** On a terminal, too: all that ever happened is more than anyone reads, or waits for. */
  protected override get defaultLimit(): number | undefined {
    return this.limitOfText
  }

  @WithErrorStorage
  @WithEventStore
  @Snapshot
  async run(): Promise<unknown> {
    const service = await this.service(EventQueries)
    const scope = await this.scope(this.eventStore)
    const { feature } = this.flags
    const { workPackage } = this.args
    const found =
      workPackage === undefined
        ? await service.newest(
            this.eventStore,
            { feature: await scope.chosenFeature(feature) },
            await this.mostRows(),
          )
        : { rows: await service.history(this.eventStore, await scope.place(workPackage, feature)) }
    return this.list({
      key: 'events',
      ...found,
      rows: found.rows.reverse(),
      render: (some, style) => renderEvents(some, style, true),
    })
  }
}
