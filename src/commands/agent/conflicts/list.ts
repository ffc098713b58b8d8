import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { featureFlag, listFlags } from '../../../core/cli/flags.js'
import { ListCommand } from '../../../core/cli/list-command.js'
import { renderConflicts } from '../../../core/cli/render/conflicts.js'
import { Conflicts } from '../../../core/services/conflicts/conflicts.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class ListConflictsCommand extends ListCommand<typeof ListConflictsCommand> {
  static override summary = 'List conflicting concurrent changes'
  static override description =
    'Open conflicts: a rule has chosen the winner, and no one has confirmed it yet. --all also lists conflicts that a later event settled. Lists every feature unless you name one.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --feature 017 --all',
    '<%= config.bin %> <%= command.id %> --json',
  ]
  static override flags = {
    feature: featureFlag,
    all: Flags.boolean({ summary: 'Settled ones too.' }),
    ...listFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(Conflicts)
    const scope = await this.scope(this.eventStore)
    const rows = await service.list(await scope.chosenFeature(this.flags.feature), this.flags.all)
    return this.list({ key: 'conflicts', rows, render: renderConflicts })
  }
}
