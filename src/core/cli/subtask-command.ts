import { WithErrorStorage } from '../../aspects/with-error-storage.js'
import { WithEventStore } from '../../aspects/with-event-store.js'
import { MarkSubtasks } from '../services/packages/mark-subtasks.js'
import type { EventStore } from '../store/event-store.js'
import { featureFlag, provenanceFlags, subtasksArg, workPackageArg } from './flags.js'
import { KittyCommand } from './kitty-command.js'
import { marksText } from './render/written.js'

/** Base of `tick` and `untick`. */
export abstract class SubtaskCommand extends KittyCommand<typeof SubtaskCommand> {
  static override args = {
    workPackage: workPackageArg,
    subtasks: subtasksArg,
  }
  static override flags = { feature: featureFlag, ...provenanceFlags }

  declare readonly eventStore: EventStore
  protected abstract readonly status: 'done' | 'pending'

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(MarkSubtasks)
    const scope = await this.scope(this.eventStore)
    const marked = await service.mark({
      ...(await scope.place(this.args.workPackage, this.flags.feature)),
      subtasks: this.args.subtasks,
      done: this.status === 'done',
      provenance: scope.provenance(this.flags),
    })
    this.show(() => marksText(marked, this.status))
    return this.document({ ...marked })
  }
}
