import {
  Args,
  type EventStore,
  featureFlag,
  KittyError,
  PluginCommand,
  provenanceFlags,
  WithErrorStorage,
  WithEventStore,
} from 'kittify/plugin'
import { goalSet } from '../../goal-set.js'

const DAY = /^\d{4}-\d{2}-\d{2}$/

export default class BurndownGoal extends PluginCommand<typeof BurndownGoal> {
  static override summary = 'Say by when a feature is meant to be done'
  static override examples = ['<%= config.bin %> <%= command.id %> 2026-12-01 --feature 017']
  static override args = { day: Args.string({ description: 'Like 2026-12-01.', required: true }) }
  static override flags = { feature: featureFlag, ...provenanceFlags }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const { day } = this.args
    if (!DAY.test(day) || Number.isNaN(Date.parse(day)))
      throw new KittyError('ValidationError', `${JSON.stringify(day)} is no day.`, {
        nextSteps: ['give one like 2026-12-01'],
      })
    const scope = await this.scope(this.eventStore)
    const feature = await scope.feature(this.flags.feature)
    const [event] = await goalSet.emit(
      this.eventStore,
      [{ feature_slug: feature, day }],
      scope.provenance(this.flags),
    )
    this.show(() => `${feature} is meant to be done by ${day}`)
    return this.document({ feature, day, event })
  }
}
