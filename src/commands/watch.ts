import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { eventFlags } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { EventQueries } from '../core/services/events/event-queries.js'
import { FollowEvents } from '../core/follow/follow-events.js'
import type { EventStore } from '../core/store/event-store.js'

export default class WatchCommand extends KittyCommand<typeof WatchCommand> {
  static override summary = 'Follow events as they come'
  static override description =
    'Each event once, in the order in which it became visible here, also when a merge brings older ones. Without --from what comes from now on; with --from EVENT_ID what came after that event, so that a stream that broke off goes on with the last id it printed. Takes no lock.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --feature 017 --type WPStatusChanged --format jsonl',
    '<%= config.bin %> <%= command.id %> --from 01JD9ZQ0H7P8K2M4N6R8T0V2X4 --format jsonl',
  ]
  static override flags = {
    from: Flags.string({
      summary: 'Begin behind this event; "start" begins with the first there is.',
      helpValue: 'EVENT_ID',
    }),
    ...eventFlags,
    format: Flags.option({
      options: ['text', 'jsonl'] as const,
      default: 'text',
      summary: 'How to print them.',
    })(),
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<undefined> {
    const queries = await this.service(EventQueries)
    const follower = await this.service(FollowEvents)
    const { from, format, ...wanted } = this.flags
    const filter = await queries.filter(await this.scope(this.eventStore), wanted)
    const start = from === undefined ? 'end' : from === 'start' ? 'start' : { after: from }
    await this.stream(format, (signal) => follower.follow(start, filter, signal))
    return undefined
  }
}
