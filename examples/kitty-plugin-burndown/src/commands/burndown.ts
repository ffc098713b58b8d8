import {
  type EventStore,
  featureFlag,
  Flags,
  PluginCommand,
  project,
  WithErrorStorage,
  WithEventStore,
} from 'kittify/plugin'
import { burndown } from '../burndown.js'
import { chart } from '../chart.js'
import { svg } from '../svg.js'

export default class Burndown extends PluginCommand<typeof Burndown> {
  static override summary = 'Show how much work was left, day by day'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --feature 017 --svg > burndown.svg',
  ]
  static override flags = {
    feature: featureFlag,
    svg: Flags.boolean({ summary: 'Print a picture instead.' }),
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const scope = await this.scope(this.eventStore)
    const feature = await scope.feature(this.flags.feature)
    const state = await project(this.eventStore, burndown, { feature })
    this.show((style) => (this.flags.svg ? svg(state) : chart(state, style)))
    return this.document({ feature, days: state.days, goal: state.goal })
  }
}
