import { Args } from '@oclif/core'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { provenanceFlags, reasonFlag } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { renderAccepted } from '../core/cli/render/merged.js'
import { AcceptFeature } from '../core/services/features/accept-feature.js'
import type { EventStore } from '../core/store/event-store.js'

export default class AcceptCommand extends KittyCommand<typeof AcceptCommand> {
  static override summary = 'Close a feature whose work is done, and archive it'
  static override description =
    'Every package must be done or canceled, its gates passed, with no open conflict and no worktree; what is open is named, and nothing changes. Then the feature is archived: kitty archive FEATURE --restore puts it back.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 017',
    '<%= config.bin %> <%= command.id %> 017-login --reason "shipped in 2.4" --json',
  ]
  static override args = {
    feature: Args.string({
      name: 'FEATURE',
      description: 'Feature, by name, number, ULID or words.',
      required: true,
    }),
  }
  static override flags = { reason: reasonFlag, ...provenanceFlags }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(AcceptFeature)
    const scope = await this.scope(this.eventStore)
    const result = await service.accept({
      feature: await scope.feature(this.args.feature),
      reason: this.flags.reason,
      provenance: scope.provenance(this.flags),
    })
    this.show(() => renderAccepted(result))
    return this.document({ ...result })
  }
}
