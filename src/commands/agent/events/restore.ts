import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { RestoreEvents } from '../../../core/services/events/restore-events.js'
import type { EventStore } from '../../../core/store/event-store.js'
import { counted } from '../../../core/errors/counted.js'

export default class RestoreCommand extends KittyCommand<typeof RestoreCommand> {
  static override summary = 'Bring back events that a commit has and the log lacks'
  static override description =
    'For events of others that left with a reset, a revert or a rebase: a notice names the commit. They count as acknowledged by this clone from then on. Redacted events stay redacted.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --from HEAD@{1}',
    '<%= config.bin %> <%= command.id %> --from 1a2b3c4d5e6f --json',
  ]
  static override flags = {
    from: Flags.string({
      summary: 'A commit, branch or tag whose log to read.',
      required: true,
      helpValue: 'REV',
    }),
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(RestoreEvents)
    const { commit, restored } = await this.eventStore.exclusively('restore', () =>
      service.restore(this.flags.from),
    )
    this.show(() =>
      restored === 0
        ? [`The log has every event of ${commit.slice(0, 12)}.`]
        : [
            `${counted(restored, 'event')} restored from ${commit.slice(0, 12)}. Commit the log to share them.`,
          ],
    )
    return this.document({ commit, restored })
  }
}
