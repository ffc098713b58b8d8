import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { featureFlag } from '../../../core/cli/flags.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { renderEvents } from '../../../core/cli/render/tables.js'
import { type ErrorStorage, type EventStore, TOKENS } from '../../../core/di/tokens.js'

export default class ListEventsCommand extends KittyCommand<typeof ListEventsCommand> {
  static override summary = 'List events in causal order'
  static override description =
    'With --limit the newest ones are shown; together with --since-clock the first ones after it, so that a long history can be paged through.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --entity WP01 --feature 017',
    '<%= config.bin %> <%= command.id %> --type WPStatusChanged --actor alice --limit 20',
    '<%= config.bin %> <%= command.id %> --since-clock 1200 --format jsonl',
  ]
  static override flags = {
    entity: Flags.string({ summary: 'Only this entity: a work package, a gate, a feature.', helpValue: 'ID' }),
    type: Flags.string({ summary: 'Only this event type.', helpValue: 'TYPE' }),
    feature: featureFlag,
    actor: Flags.string({ summary: 'Only what this actor did.', helpValue: 'NAME' }),
    causation: Flags.string({ summary: 'Only what this operation caused.', helpValue: 'ID' }),
    correlation: Flags.string({ summary: 'Only what belongs to this session or run.', helpValue: 'ID' }),
    'since-clock': Flags.integer({ summary: 'Only after this Lamport value.', min: 0, helpValue: 'N' }),
    from: Flags.string({ summary: 'From this day or UTC time on.', helpValue: 'WHEN' }),
    to: Flags.string({ summary: 'Up to this day or UTC time.', helpValue: 'WHEN' }),
    limit: Flags.integer({ summary: 'At most so many.', min: 1, helpValue: 'N' }),
    format: Flags.option({ options: ['table', 'jsonl'] as const, default: 'table', summary: 'How to print them.' })(),
  }

  declare readonly eventStore: EventStore
  declare readonly errorStorage: ErrorStorage

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(TOKENS.EventQueries)
    const filter = await service.filter(this.flags)
    if (this.jsonEnabled()) {
      const events = await service.list(filter)
      return this.document({ events, count: events.length })
    }
    let heading = true
    for await (const events of service.stream(filter)) {
      if (this.printer.closed) break
      if (this.flags.format === 'jsonl') for (const event of events) this.printer.jsonLine(event)
      else this.show((style) => renderEvents(events, style, heading))
      heading = false
    }
    return undefined
  }
}
