import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { RebuildIndex } from '../../../core/services/events/rebuild-index.js'
import { counted } from '../../../core/errors/counted.js'

export default class RebuildIndexCommand extends KittyCommand<typeof RebuildIndexCommand> {
  static override summary = 'Build the index again from the log'
  static override description =
    'Reads every line into a new file that replaces the old one once it is whole. Never needed in ordinary use: a damaged index is rebuilt by whatever command meets it.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  @WithErrorStorage
  async run(): Promise<unknown> {
    const service = await this.service(RebuildIndex)
    try {
      const { events, files, seconds } = await service.rebuild()
      this.show(() => [
        `The index was built from ${counted(events, 'event')} in ${counted(files, 'file')} in ${seconds.toFixed(1)} s.`,
      ])
      return await this.document({ events, files, seconds })
    } finally {
      await service.close()
    }
  }
}
