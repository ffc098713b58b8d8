import { Args, Flags } from '@oclif/core'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { provenanceFlags, reasonFlag } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { ArchiveFeature } from '../core/services/features/archive-feature.js'
import type { EventStore } from '../core/store/event-store.js'

export default class ArchiveCommand extends KittyCommand<typeof ArchiveCommand> {
  static override summary = 'Take a feature off the board'
  static override description =
    'The feature is no longer on boards, in ready lists or in completion, and nothing may be written to it until it is restored. Its files, events and number stay. kitty status --archived shows it.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 017 --reason "shipped in 2.4"',
    '<%= config.bin %> <%= command.id %> 017 --restore',
  ]
  static override args = {
    feature: Args.string({
      name: 'FEATURE',
      description: 'Feature, by name, number, ULID or words.',
      required: true,
    }),
  }
  static override flags = {
    restore: Flags.boolean({ summary: 'Put it back onto the board.' }),
    reason: reasonFlag,
    ...provenanceFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(ArchiveFeature)
    const scope = await this.scope(this.eventStore)
    const { restore, reason } = this.flags
    const result = await service.archive({
      feature: await scope.feature(this.args.feature),
      restore,
      reason,
      provenance: scope.provenance(this.flags),
    })
    this.show(() => [
      `${result.feature}: ${result.archived ? 'archived' : 'restored'} (${result.event.actor})`,
    ])
    return this.document({ ...result })
  }
}
