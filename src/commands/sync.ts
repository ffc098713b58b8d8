import { Args, Flags } from '@oclif/core'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { packagesFlag, provenanceFlags } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { renderSync } from '../core/cli/render/sync.js'
import { SyncFiles } from '../core/services/features/sync-files.js'
import type { EventStore } from '../core/store/event-store.js'

export default class SyncCommand extends KittyCommand<typeof SyncCommand> {
  static override summary = "Bring the log up to what the packages' files say"
  static override description =
    'Writes one event for each package that is new and for each whose title, priority, dependencies or subtasks were changed in its file. What is behind the log is left alone until --take or --write says which side counts. Without a feature, all are synced; what is wrong is named and exits 1.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 017 --check',
    '<%= config.bin %> <%= command.id %> --take 017/WP02',
    '<%= config.bin %> <%= command.id %> 017 --write WP02 --json',
  ]
  static override args = {
    feature: Args.string({
      description: 'Features, by name, number, ULID or words.',
      multiple: true,
    }),
  }
  static override flags = {
    check: Flags.boolean({ summary: 'Only list what differs; write nothing.' }),
    take: packagesFlag('The file of this package counts, also where it is behind.'),
    write: packagesFlag('The log counts: write it into the file of this package.'),
    lanes: Flags.boolean({ summary: 'Take over the lanes of packages that no event has moved.' }),
    ...provenanceFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(SyncFiles)
    const scope = await this.scope(this.eventStore)
    const { check, lanes, take, write } = this.flags
    const result = await service.sync({
      features: this.args.feature ?? [],
      check,
      lanes,
      take,
      write,
      provenance: scope.provenance(this.flags),
    })
    this.show(() => renderSync(result, check))
    return this.document({ ...result })
  }
}
