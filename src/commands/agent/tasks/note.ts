import { Args } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { featureFlag, provenanceFlags, workPackageArg } from '../../../core/cli/flags.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { NoteTask } from '../../../core/services/packages/note-task.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class NoteTaskCommand extends KittyCommand<typeof NoteTaskCommand> {
  static override summary = 'Keep a note with a work package'
  static override description = 'Notes are never changed and never lost in a merge; `tasks show` lists them.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01 "The parser is done; the writer waits for the schema"',
    '<%= config.bin %> <%= command.id %> WP01 "Reviewed by ada, see PR 12" --feature 017 --json',
  ]
  static override args = {
    workPackage: workPackageArg,
    text: Args.string({ name: 'TEXT', description: 'The note.', required: true }),
  }
  static override flags = { feature: featureFlag, ...provenanceFlags }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(NoteTask)
    const scope = await this.scope(this.eventStore)
    const noted = await service.note({
      ...(await scope.place(this.args.workPackage, this.flags.feature)),
      text: this.args.text,
      provenance: scope.provenance(this.flags),
    })
    this.show(() => [`${noted.work_package}: noted (${noted.feature}, ${noted.event.actor})`])
    return this.document({ ...noted })
  }
}
