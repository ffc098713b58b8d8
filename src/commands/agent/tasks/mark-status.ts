import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { featureFlag, provenanceFlags, subtasksArg } from '../../../core/cli/flags.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { marksText } from '../../../core/cli/render/written.js'
import { MarkSubtasks } from '../../../core/services/packages/mark-subtasks.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class MarkStatusCommand extends KittyCommand<typeof MarkStatusCommand> {
  static override summary = 'Mark subtasks done, or open again'
  static override description =
    'Finds the packages by their subtasks, writes one event each, then ticks the boxes in the package’s file and in its section of tasks.md. When some are not found it marks the others and exits 2.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> T001 T002 --status done',
    '<%= config.bin %> <%= command.id %> t003,t004 --status done --work-package WP02',
    '<%= config.bin %> <%= command.id %> T001 --status pending --feature 017 --json',
  ]
  static override args = {
    subtasks: subtasksArg,
  }
  static override flags = {
    status: Flags.option({
      options: ['done', 'pending'] as const,
      required: true,
      summary: 'What they are now.',
    })(),
    feature: featureFlag,
    'work-package': Flags.string({
      summary: 'Whose, where several packages have one of that name.',
      helpValue: 'WP',
    }),
    ...provenanceFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(MarkSubtasks)
    const scope = await this.scope(this.eventStore)
    const { status, 'work-package': workPackage } = this.flags
    const marked = await service.mark({
      ...(await scope.placeOrFeature(workPackage, this.flags.feature)),
      subtasks: this.args.subtasks,
      done: status === 'done',
      provenance: scope.provenance(this.flags),
    })
    this.show(() => marksText(marked, status))
    return this.document({ ...marked })
  }
}
