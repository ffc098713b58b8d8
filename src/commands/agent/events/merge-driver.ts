import { mergeDriverArgs } from '../../../core/cli/flags.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { mergeLog } from '../../../core/services/merge/merge-log.js'

/**
 * Serves only `--help` and usage errors: when git runs the driver, core/cli/launch handles it without loading oclif.
 */
export default class MergeLogCommand extends KittyCommand<typeof MergeLogCommand> {
  static override hidden = true
  static override summary = 'Merge three versions of a log file into OURS'
  static override description =
    'Git runs this for a log that two branches have added to; kitty init registers it. OURS becomes the set union of the three.'
  static override examples = [
    'git config merge.kitty-events.driver',
    '<%= config.bin %> <%= command.id %> base ours theirs',
  ]
  static override args = mergeDriverArgs

  async run(): Promise<unknown> {
    const { base, ours, theirs, path } = this.args
    mergeLog({ base, ours, theirs, path })
    return this.document({ merged: ours })
  }
}
