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
    '<%= config.bin %> <%= command.id %> --json',
  ]
  static override flags = { feature: featureFlag }

  declare readonly eventStore: EventStore
  declare readonly errorStorage: ErrorStorage

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(TOKENS.Status)
    const scope = await this.service(TOKENS.Scope)
    const asked = this.flags.feature ?? (process.env['KITTY_FEATURE'] || undefined)
    const status = await service.board(asked === undefined ? undefined : await scope.feature(asked))
    await this.warnOfProblems(await this.eventStore.problems())
    this.show((style) => renderBoard(status, style))
    return this.document({ ...status })
  }
}
