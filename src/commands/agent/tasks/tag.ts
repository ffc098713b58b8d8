import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { featureFlag, NO_DEFAULT, provenanceFlags, workPackageArg } from '../../../core/cli/flags.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { TagTask } from '../../../core/services/packages/tag-task.js'
import type { EventStore } from '../../../core/store/event-store.js'

const tagsFlag = (summary: string) =>
  Flags.string({
    summary,
    helpValue: 'TAG',
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    default: [],
    defaultHelp: NO_DEFAULT,
  })

export default class TagTaskCommand extends KittyCommand<typeof TagTaskCommand> {
  static override summary = 'Add tags to a work package, or take them away'
  static override description =
    'Tags of two branches are joined when they are merged: an addition is never lost, and a removal takes away only what it has seen.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01 --add backend --add urgent',
    '<%= config.bin %> <%= command.id %> WP01 --add reviewed --remove urgent --json',
  ]
  static override args = { workPackage: workPackageArg }
  static override flags = {
    add: tagsFlag('A tag to add; may be repeated, or several with commas.'),
    remove: tagsFlag('A tag to take away; may be repeated, or several with commas.'),
    feature: featureFlag,
    ...provenanceFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(TagTask)
    const scope = await this.scope(this.eventStore)
    const { add, remove } = this.flags
    const tagged = await service.tag({
      ...(await scope.place(this.args.workPackage, this.flags.feature)),
      add,
      remove,
      provenance: scope.provenance(this.flags),
    })
    const tags = tagged.tags.length === 0 ? 'no tags' : tagged.tags.join(', ')
    this.show(() => [`${tagged.work_package}: ${tags}${tagged.event === null ? ' (as before)' : ''}`])
    return this.document({ ...tagged })
  }
}
