import { Args } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { renderMergePreview } from '../../../core/cli/render/merge-preview.js'
import { MergePreview } from '../../../core/services/merge/merge-preview.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class MergePreviewCommand extends KittyCommand<typeof MergePreviewCommand> {
  static override summary = 'Show what merging a branch would do to the board'
  static override description =
    'Which packages would change their lane, by whose move, and which conflicts would come with it. Read from git: nothing is merged, nothing written.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 017-login-WP01',
    '<%= config.bin %> <%= command.id %> origin/main --json',
  ]
  static override args = {
    branch: Args.string({
      name: 'BRANCH',
      description: 'A branch, or any revision git knows.',
      required: true,
    }),
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(MergePreview)
    const preview = await service.preview(this.eventStore, this.args.branch)
    this.show((style) => renderMergePreview(preview, style))
    return this.document({ ...preview })
  }
}
