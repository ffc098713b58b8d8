import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { featureFlag, provenanceFlags } from '../../../core/cli/flags.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { skippedLine } from '../../../core/cli/render/skipped.js'
import { FinalizeTasks, type FinalizeResult } from '../../../core/services/features/finalize-tasks.js'
import type { EventStore } from '../../../core/store/event-store.js'
import { counted } from '../../../core/errors/counted.js'

export default class FinalizeTasksCommand extends KittyCommand<typeof FinalizeTasksCommand> {
  static override summary = "Take a feature's work packages into the log"
  static override description =
    'Reads tasks/WP*.md, checks ids, dependencies and cycles, and writes one WPCreated for each package that has none, all in one append. Nothing is written of a feature in which anything is wrong; with --all the others are, and it exits 1. Repeating it adds nothing.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --feature 017',
    '<%= config.bin %> <%= command.id %> --all --json',
  ]
  static override flags = {
    feature: featureFlag,
    all: Flags.boolean({ summary: 'Every feature under kitty-specs.', exclusive: ['feature'] }),
    ...provenanceFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(FinalizeTasks)
    const scope = await this.scope(this.eventStore)
    const { all, feature } = this.flags
    const features = all ? await scope.activeFeatures() : [await scope.feature(feature)]
    const result = await service.finalize({ features, all, provenance: scope.provenance(this.flags) })
    this.show(() => summary(result))
    return this.document({ ...result })
  }
}

function summary({ features, skipped: folders, events }: FinalizeResult): string[] {
  const lines = features.map(({ feature, created, existing, skipped }) => {
    const parts = [`${created.length} created`, `${existing.length} known`, ...skipped.map(skippedLine)]
    return `${feature}: ${parts.join(', ')}`
  })
  return [
    ...lines,
    ...folders.map(skippedLine),
    `${counted(events, 'event')} written.`,
    ...(events > 0 ? ['Next: kitty status'] : []),
  ]
}
