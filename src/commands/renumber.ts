import { Args } from '@oclif/core'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { featureFlag, provenanceFlags, workPackageArg } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { renderRenumbered } from '../core/cli/render/written.js'
import { RenumberPackage } from '../core/services/renumber/renumber-package.js'
import type { EventStore } from '../core/store/event-store.js'

export default class RenumberCommand extends KittyCommand<typeof RenumberCommand> {
  static override summary = 'Give one of two files with the same ID the next free number'
  static override description =
    'For two packages that two clones made under one ID. The file you name gets the next free number, in its name and its front matter, and takes along what was written about it since it was created, and the packages that wait for it. The other file keeps the ID. Interrupted, the same command goes on where it ended.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP05 WP05-send-the-bill.md',
    '<%= config.bin %> <%= command.id %> 017/WP05 WP05-send-the-bill.md --json',
  ]
  static override args = {
    workPackage: workPackageArg,
    file: Args.string({ name: 'FILE', description: 'The file to renumber.', required: true }),
  }
  static override flags = { feature: featureFlag, ...provenanceFlags }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(RenumberPackage)
    const scope = await this.scope(this.eventStore)
    const result = await service.renumber({
      ...(await scope.place(this.args.workPackage, this.flags.feature)),
      file: this.args.file,
      provenance: scope.provenance(this.flags),
    })
    this.show(() => renderRenumbered(result))
    return this.document({ ...result })
  }
}
