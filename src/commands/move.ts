import { Args } from '@oclif/core'
import { type AskedMove, MoveCommand } from '../core/cli/move-command.js'
import { KittyError } from '../core/errors/kitty-error.js'
import { shownCommand, shownWords } from '../core/errors/next-step.js'

export default class MovePackagesCommand extends MoveCommand {
  static override summary = 'Move work packages to another lane'
  static override description =
    'Checks the workflow and writes all of the moves, or none of them. With --expect they fail (exit 6) unless every package is still in that lane, so only one of several claimants wins.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01 doing --expect planned',
    '<%= config.bin %> <%= command.id %> WP01 WP02 for_review',
    '<%= config.bin %> <%= command.id %> 017/WP01 017/WP02 doing --each --json',
  ]
  static override args = {
    'packages lane': Args.string({
      description: 'Work packages (WP01, wp1, 017/WP01), then the lane.',
      required: true,
      multiple: true,
    }),
  }

  protected override async asked(): Promise<AskedMove> {
    // Cast: the type of a base's arguments does not know its subclass's.
    const { 'packages lane': words } = this.args as { 'packages lane': string[] }
    const names = words.slice(0, -1)
    const to = words.at(-1)
    if (to !== undefined && names.length > 0) return { names, to }
    throw new KittyError('UsageError', 'A move needs work packages and a lane.', {
      nextSteps: [
        ...shownWords(['kitty', 'move', 'WP01', 'doing'], 'for example'),
        ...shownCommand(['kitty', 'status'], 'packages and lanes'),
      ],
      context: { given: words },
    })
  }
}
