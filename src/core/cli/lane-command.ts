import { Args } from '@oclif/core'
import { KittyError } from '../errors/kitty-error.js'
import { sentence, shownCommand, shownWords } from '../errors/next-step.js'
import { laneOfWord, type LaneWord } from '../rules/lane-words.js'
import { Workflow } from '../workspace/config.js'
import { type AskedMove, MoveCommand } from './move-command.js'

/** Base of the commands whose word says the lane: `review`, `done`, `reject`, `cancel`, `reopen`. */
export abstract class LaneCommand extends MoveCommand {
  static override args = {
    workPackages: Args.string({
      name: 'WP',
      description: 'Work packages: WP01, wp1 for short, or with a feature: 017/WP01, login/WP01.',
      required: true,
      multiple: true,
    }),
  }
  protected abstract readonly word: LaneWord

  /** An author cannot act on a rejection without a reason, whatever the workflow asks for. */
  protected override async asked(): Promise<AskedMove> {
    // Cast: the type of a base's arguments does not know its subclass's.
    const { workPackages: names } = this.args as { workPackages: string[] }
    if (this.word === 'reject' && (this.flags.reason ?? '').trim() === '') throw noReason(names)
    const table = await this.service(Workflow)
    const to = laneOfWord(this.word, table)
    if (to !== undefined) return { names, to }
    throw new KittyError('UsageError', `The ${table.name} workflow has no lane for ${this.word}.`, {
      nextSteps: [...shownWords(['kitty', 'move', ...names, 'LANE']), sentence`Lanes: ${table.lanes}`],
      context: { word: this.word, lanes: table.lanes },
    })
  }
}

function noReason(names: readonly string[]): KittyError {
  return new KittyError('UsageError', 'A rejection needs a reason, which tells the author what to change.', {
    nextSteps: shownCommand(['kitty', 'reject', ...names, '--reason', 'what to change']),
    context: { work_packages: names },
  })
}
