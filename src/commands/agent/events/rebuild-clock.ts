import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { RebuildClock } from '../../../core/services/events/rebuild-clock.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class RebuildClockCommand extends KittyCommand<typeof RebuildClockCommand> {
  static override summary = 'Take the clock from the log'
  static override description =
    "Sets clock.json to the log's greatest trusted value plus one, or past what this clone has issued if that is greater. Never needed in ordinary use: a missing or wrong clock is corrected by the next write."
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(RebuildClock)
    const clock = await this.eventStore.exclusively('rebuild-clock', () => service.rebuild())
    this.show(() => [`The clock was ${clock.old ?? 'not readable'} and is now ${clock.new}.`])
    return this.document({ ...clock })
  }
}
