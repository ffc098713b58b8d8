import { Args, Flags } from '@oclif/core'
import { Snapshot } from '../aspects/snapshot.js'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { featureFlag, listFlags } from '../core/cli/flags.js'
import { ListCommand } from '../core/cli/list-command.js'
import { renderFound } from '../core/cli/render/found.js'
import { SearchWork } from '../core/services/board/search-work.js'
import type { EventStore } from '../core/store/event-store.js'

export default class SearchWorkCommand extends ListCommand<typeof SearchWorkCommand> {
  static override summary = 'Search titles, files and notes of work packages'
  static override description =
    'Finds the packages that have every word somewhere, in any case, and shows the first line with one of them.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> parser schema',
    '<%= config.bin %> <%= command.id %> timeout --feature 017 --json',
  ]
  static override args = {
    words: Args.string({
      name: 'WORDS',
      description: 'What to look for.',
      required: true,
      multiple: true,
    }),
  }
  static override flags = {
    feature: featureFlag,
    all: Flags.boolean({ summary: 'In archived features, too.' }),
    ...listFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  @Snapshot
  async run(): Promise<unknown> {
    const service = await this.service(SearchWork)
    const scope = await this.scope(this.eventStore)
    const { feature, all } = this.flags
    const rows = await service.search(this.args.words, await scope.chosenFeatures(feature, all))
    return this.list({ key: 'found', rows, render: renderFound })
  }
}
