import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { eventFlags } from '../../../core/cli/event-flags.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { EventQueries } from '../../../core/services/event-queries.js'
import { FollowEvents } from '../../../core/follow/follow-events.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class ListEventsCommand extends KittyCommand<typeof ListEventsCommand> {
  static override summary = 'List events in causal order'
  static override description =
    'With --limit the newest ones are shown; together with --since-clock the first ones after it, so that a long history can be paged through. With --follow the list goes on with what comes, until it is interrupted.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --entity WP01 --feature 017',
    '<%= config.bin %> <%= command.id %> --type WPStatusChanged --actor alice --limit 20',
    '<%= config.bin %> <%= command.id %> --correlation run-7 --format jsonl --follow',
  ]
  static override flags = {
    ...eventFlags,
    'since-clock': Flags.integer({ summary: 'Only after this Lamport value.', min: 0, helpValue: 'N' }),
    from: Flags.string({ summary: 'From this day or UTC time on.', helpValue: 'WHEN' }),
    to: Flags.string({ summary: 'Up to this day or UTC time.', helpValue: 'WHEN' }),
    limit: Flags.integer({ summary: 'At most so many.', min: 1, helpValue: 'N' }),
    format: Flags.option({
      options: ['table', 'jsonl'] as const,
      default: 'table',
      summary: 'How to print them.',
    })(),
    follow: Flags.boolean({ summary: 'Go on with what comes.' }),
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(EventQueries)
    const filter = await service.filter(await this.scope(this.eventStore), this.flags)
    if (this.flags.follow) {
      const follower = await this.service(FollowEvents)
      await this.stream(this.flags.format, (signal) => follower.listAndFollow(filter, signal))
      return undefined
    }
    if (this.jsonEnabled()) {
      const events = await service.list(this.eventStore, filter)
      return this.document({ events, count: events.length })
    }
    await this.stream(this.flags.format, () => service.stream(this.eventStore, filter))
    return undefined
  }
}
