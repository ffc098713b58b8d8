import { Flags } from '@oclif/core'
import { Snapshot } from '../aspects/snapshot.js'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { featureFlag, provenanceFlags, workPackageArg } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { Release } from '../core/services/claims/release.js'
import type { EventStore } from '../core/store/event-store.js'

export default class ReleaseCommand extends KittyCommand<typeof ReleaseCommand> {
  static override summary = 'Give a work package back'
  static override description =
    'Moves a package that you have back to where the next one can claim it. The reason is kept with the event.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01 --reason "needs the database first"',
    '<%= config.bin %> <%= command.id %> 017/WP02 --reason "out of time" --json',
  ]
  static override args = { workPackage: workPackageArg }
  static override flags = {
    reason: Flags.string({ summary: 'Why. Kept with the event.', helpValue: 'TEXT', required: true }),
    feature: featureFlag,
    ...provenanceFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  @Snapshot
  async run(): Promise<unknown> {
    const service = await this.service(Release)
    const scope = await this.scope(this.eventStore)
    const released = await service.release({
      ...(await scope.place(this.args.workPackage, this.flags.feature)),
      reason: this.flags.reason,
      provenance: scope.provenance(this.flags),
    })
    const { work_package, old_status, new_status, feature } = released
    this.show(() => [`Released ${work_package}: ${old_status} → ${new_status} (${feature})`])
    return this.document({ ...released })
  }
}
