import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { contestedArg, featureFlag } from '../../../core/cli/flags.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { renderConflictDetails } from '../../../core/cli/render/conflicts.js'
import { Conflicts } from '../../../core/services/conflicts/conflicts.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class ShowConflictsCommand extends KittyCommand<typeof ShowConflictsCommand> {
  static override summary = 'Show the conflicts of a work package in full'
  static override description =
    'Shows both values, who wrote them, when, at which clock and on top of which events, which one wins by which rule, and who has settled it since. Give the slug of a feature to see the conflicts over its definition.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01',
    '<%= config.bin %> <%= command.id %> WP01 --feature 017 --json',
    '<%= config.bin %> <%= command.id %> 017-login',
  ]
  static override args = { entity: contestedArg }
  static override flags = { feature: featureFlag }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(Conflicts)
    const scope = await this.scope(this.eventStore)
    const { feature, entity_id } = await scope.contested(this.args.entity, this.flags.feature)
    const conflicts = await service.show(feature, entity_id)
    this.show((style) => renderConflictDetails(entity_id, conflicts, style))
    return this.document({ feature, entity_id, conflicts })
  }
}
