import { Flags } from '@oclif/core'
import { Snapshot } from '../aspects/snapshot.js'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { featureFlag, laneFlag, listFlags } from '../core/cli/flags.js'
import { ListCommand } from '../core/cli/list-command.js'
import { renderWork } from '../core/cli/render/tables.js'
import { ListWork } from '../core/services/board/list-work.js'
import type { EventStore } from '../core/store/event-store.js'

export default class ListWorkCommand extends ListCommand<typeof ListWorkCommand> {
  static override summary = 'List work packages of every feature'
  static override description =
    'What is in work first, then what was rejected, what waits for a review, and what is planned. What is done or canceled, and archived features, come with --all.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --mine',
    '<%= config.bin %> <%= command.id %> --lane for_review --limit 20 --json',
    '<%= config.bin %> <%= command.id %> --fields work_package,lane,title --budget 500',
  ]
  static override flags = {
    feature: featureFlag,
    lane: laneFlag('Only those in this lane.'),
    mine: Flags.boolean({ summary: 'Only those that you moved last.', exclusive: ['actor'] }),
    actor: Flags.string({ summary: 'Only those that this actor moved last.', helpValue: 'NAME' }),
    tag: Flags.string({ summary: 'Only those with this tag.', helpValue: 'TAG' }),
    blocked: Flags.boolean({ summary: 'Only those that wait for others.' }),
    changed: Flags.boolean({ summary: 'Only those whose file and log differ.' }),
    all: Flags.boolean({ summary: 'Done, canceled and archived ones, too.' }),
    ...listFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  @Snapshot
  async run(): Promise<unknown> {
    const service = await this.service(ListWork)
    const scope = await this.scope(this.eventStore)
    const { lane, tag, mine, actor, blocked, changed, all } = this.flags
    const rows = await service.list({
      features: await scope.chosenFeatures(this.flags.feature, all),
      lane,
      tag,
      actor: mine ? scope.provenance({}).actor : actor,
      blocked,
      changed,
      all,
    })
    return this.list({ key: 'work_packages', rows, render: renderWork })
  }
}
