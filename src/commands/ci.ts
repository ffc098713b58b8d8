import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { renderCiSummary } from '../core/cli/render/ci-summary.js'
import { CiOutput } from '../core/services/ci-output.js'
import { CiReport } from '../core/services/ci-report.js'

export default class CiCommand extends KittyCommand<typeof CiCommand> {
  static override summary = 'Summarize for a pull request what its branch does to the board'
  static override description =
    "Markdown: lanes that change, conflicts it opens and settles, what agent events audit finds in its commits, and problems of the log. Printed, and appended to $GITHUB_STEP_SUMMARY where that is set. Compares HEAD's log with the base's; nothing is merged or written."
  static override examples = [
    '<%= config.bin %> <%= command.id %> --base origin/main',
    '<%= config.bin %> <%= command.id %> --strict --json',
  ]
  static override flags = {
    base: Flags.string({
      summary: 'Revision to compare with.',
      description: "Default: the pull request's target branch, origin/HEAD, main.",
      helpValue: 'REV',
    }),
    strict: Flags.boolean({ summary: 'Exit 1 if it opens a conflict or anything is wrong.' }),
  }

  @WithErrorStorage
  async run(): Promise<unknown> {
    const report = await (await this.service(CiReport)).report(this.flags.base)
    const text = renderCiSummary(report)
    const output = await this.service(CiOutput)
    const file = output.summary(text)
    this.show(() => text.replace(/\n$/, ''))
    const failure = this.flags.strict ? output.failure(report) : undefined
    if (failure !== undefined) throw failure
    return this.document({ ...report, summary_file: file })
  }
}
