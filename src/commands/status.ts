import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { featureFlag } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { renderBoard } from '../core/cli/render/board.js'
import { type ErrorStorage, type EventStore, TOKENS } from '../core/di/tokens.js'

export default class StatusCommand extends KittyCommand<typeof StatusCommand> {
  static override summary = 'Show the board'
  static override description =
    'Lanes as columns, progress, who works on what, what is blocked and by whom. Without --feature every feature is shown. Writes no tracked file.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --feature 017',
    '<%= config.bin %> <%= command.id %> --watch',
    '<%= config.bin %> <%= command.id %> --json',
  ]
  static override flags = {
    feature: featureFlag,
    watch: Flags.boolean({ summary: 'Stay, and draw the board anew whenever it changes.' }),
  }

  declare readonly eventStore: EventStore
  declare readonly errorStorage: ErrorStorage

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(TOKENS.Status)
    const scope = await this.service(TOKENS.Scope)
    const asked = this.flags.feature ?? (process.env['KITTY_FEATURE'] || undefined)
    const feature = asked === undefined ? undefined : await scope.feature(asked)
    if (this.flags.watch) {
      const watch = await this.service(TOKENS.WatchBoard)
      await this.live((signal) => watch.boards(feature, signal), renderBoard)
      return undefined
    }
    const status = await service.board(feature)
    await this.warnOfProblems(await this.eventStore.problems())
    this.show((style) => renderBoard(status, style))
    return this.document({ ...status })
  }
}
