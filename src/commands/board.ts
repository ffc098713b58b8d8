import { featureFlag } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { BoardDesk } from '../core/cli/board/board-desk.js'
import { BoardScreen } from '../core/cli/board/board-screen.js'

export default class BoardCommand extends KittyCommand<typeof BoardCommand> {
  static override summary = 'Work on the board with the keyboard'
  static override description =
    'Lanes side by side, with a cursor. Arrows or h j k l choose a package; enter opens it; m moves, c claims, t ticks, n notes, / filters, x shows open conflicts side by side; ? lists every key. Shows what other processes write while it is open. Needs a terminal; nothing is forced from here.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --feature 017',
  ]
  static override flags = { feature: featureFlag }

  async run(): Promise<undefined> {
    await this.interactive(async (terminal, signal) => {
      const desk = await this.service(BoardDesk)
      await new BoardScreen(desk, this.flags.feature, terminal).run(signal)
    })
    return undefined
  }
}
