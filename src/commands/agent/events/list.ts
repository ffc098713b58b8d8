import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { countFlag, eventFlags, listFlags } from '../../../core/cli/flags.js'
import { ListCommand } from '../../../core/cli/list-command.js'
import { renderEvents } from '../../../core/cli/render/tables.js'
import { KittyError } from '../../../core/errors/kitty-error.js'
import { EventQueries } from '../../../core/services/events/event-queries.js'
import { FollowEvents } from '../../../core/follow/follow-events.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class ListEventsCommand extends ListCommand<typeof ListEventsCommand> {
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
    'since-clock': countFlag('Only after this Lamport value.', { min: 0 }),
    from: Flags.string({ summary: 'From this day or UTC time on.', helpValue: 'WHEN' }),
    to: Flags.string({ summary: 'Up to this day or UTC time.', helpValue: 'WHEN' }),
    ...listFlags,
    format: Flags.option({
      options: ['table', 'jsonl'] as const,
      default: 'table',
      summary: 'How to print them.',
    })(),
    follow: Flags.boolean({
      summary: 'Go on with what comes.',
      exclusive: ['fields', 'brief', 'budget'],
    }),
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
    const { fields, brief, budget, format } = this.flags
    if (format === 'jsonl' && (brief || fields !== undefined || budget !== undefined)) throw wholeEvents()
    if (this.jsonEnabled() || brief || fields !== undefined || budget !== undefined) {
      const rows = await service.list(this.eventStore, filter)
      return this.list({
        key: 'events',
        rows,
        count: true,
        render: (some, style) => renderEvents(some, style, true),
      })
    }
    await this.stream(this.flags.format, () => service.stream(this.eventStore, filter))
    return undefined
  }
}

function wholeEvents(): KittyError {
  return new KittyError(
    'UsageError',
    '--format jsonl prints whole events, and --fields, --brief and --budget show less of them.',
    { nextSteps: ['leave --format jsonl out', 'or add --json instead, for one document'] },
  )
}
