import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { ArchiveCare } from '../../../core/services/events/archive-care.js'
import type { EventStore } from '../../../core/store/event-store.js'
import { counted } from '../../../core/errors/counted.js'

export default class ArchiveCommand extends KittyCommand<typeof ArchiveCommand> {
  static override summary = 'Show the archive of acknowledged events, or prune it'
  static override description =
    "The archive, under git's directory, holds every event this clone has acknowledged: a reset or a deleted branch takes none of them. Pruning removes events archived before a day that HEAD has."
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --prune-before 2026-01-01',
    '<%= config.bin %> <%= command.id %> --prune-before 2026-01-01 --also-lost --json',
  ]
  static override flags = {
    'prune-before': Flags.string({
      summary: 'Remove events archived before this day that HEAD has.',
      helpValue: 'YYYY-MM-DD',
    }),
    'also-lost': Flags.boolean({
      summary: 'Remove those that no branch has as well.',
      dependsOn: ['prune-before'],
    }),
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(ArchiveCare)
    const before = this.flags['prune-before']
    const { pruned, days } =
      before === undefined
        ? { pruned: 0, days: await service.days() }
        : await this.eventStore.exclusively('prune the archive', () =>
            service.prune(before, this.flags['also-lost']),
          )
    this.show(() => [
      ...(before === undefined ? [] : [`${counted(pruned, 'event')} removed from the archive.`]),
      ...days.map(
        ({ day, events, bytes }) => `${day}  ${counted(events, 'event')}  ${Math.ceil(bytes / 1024)} KiB`,
      ),
      ...(days.length === 0 ? ['The archive is empty.'] : []),
    ])
    return this.document({ pruned, days })
  }
}
