import { Flags } from '@oclif/core'
import { Snapshot } from '../aspects/snapshot.js'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { featureFlag, workPackageArg } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { renderWholeWork } from '../core/cli/render/whole-work-page.js'
import { WholeWork } from '../core/services/board/whole-work.js'
import type { EventStore } from '../core/store/event-store.js'

export default class ShowWorkCommand extends KittyCommand<typeof ShowWorkCommand> {
  static override summary = 'Show a work package: its text, subtasks, gates, notes, and what comes next'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01',
    '<%= config.bin %> <%= command.id %> 017/WP01 --json',
  ]
  static override args = { workPackage: workPackageArg }
  static override flags = {
    feature: featureFlag,
    brief: Flags.boolean({ summary: 'Without the text of its file.' }),
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  @Snapshot
  async run(): Promise<unknown> {
    const service = await this.service(WholeWork)
    const scope = await this.scope(this.eventStore)
    const { feature, workPackage } = await scope.place(this.args.workPackage, this.flags.feature)
    const whole = await service.show(feature, workPackage, scope.provenance({}).actor)
    const work_package = this.flags.brief ? { ...whole, body: null } : whole
    this.show((style) => renderWholeWork(work_package, new Date(), style))
    return this.document({ work_package })
  }
}
