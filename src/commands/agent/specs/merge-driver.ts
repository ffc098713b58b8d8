import { mergeDriverArgs } from '../../../core/cli/flags.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { mergeWorkPackage } from '../../../core/services/merge/merge-work-package.js'

/**
 * Serves only `--help` and usage errors: when git runs the driver, core/cli/launch handles it without loading oclif.
 */
export default class MergeWorkPackageCommand extends KittyCommand<typeof MergeWorkPackageCommand> {
  static override hidden = true
  static override summary = 'Make three versions of a work package agree on its lane'
  static override description =
    'Git runs this for a work package that two branches have changed; kitty init registers it. What else they changed is merged by git itself.'
  static override examples = [
    'git config merge.kitty-work-package.driver',
    '<%= config.bin %> <%= command.id %> base ours theirs',
  ]
  static override args = mergeDriverArgs

  async run(): Promise<unknown> {
    const { base, ours, theirs, path } = this.args
    mergeWorkPackage({ base, ours, theirs, path })
    return this.document({ merged: ours })
  }
}
