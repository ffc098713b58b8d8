import { Snapshot } from '../aspects/snapshot.js'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { provenanceFlags } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { renderUndo } from '../core/cli/render/written.js'
import { Undo } from '../core/services/undo/undo.js'
import type { EventStore } from '../core/store/event-store.js'

export default class UndoCommand extends KittyCommand<typeof UndoCommand> {
  static override summary = 'Take back your last command'
  static override description =
    'Writes events that say the opposite, all in one append, and says what it took back. Only your own last command; fails (exit 6) if someone has built on it. A second undo takes the undo back.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --session s1 --json',
  ]
  static override flags = { ...provenanceFlags }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  @Snapshot
  async run(): Promise<unknown> {
    const service = await this.service(Undo)
    const scope = await this.scope(this.eventStore)
    const result = await service.undo({ provenance: scope.provenance(this.flags) })
    this.show((style) => renderUndo(result, style))
    return this.document({ ...result })
  }
}
