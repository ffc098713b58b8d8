import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { renderProblems } from '../../../core/cli/render/problems.js'
import { EXIT } from '../../../core/errors/kitty-error.js'
import { Verify } from '../../../core/services/verify/verify.js'

export default class VerifyCommand extends KittyCommand<typeof VerifyCommand> {
  static override summary = 'Check every line of the log, the clock and the index'
  static override description =
    'Lists every problem with its file and line, and changes nothing. Exits 3 if there is any. Events that only a newer kitty or a missing plugin reads are named, and are no problem.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  @WithErrorStorage
  async run(): Promise<unknown> {
    const service = await this.service(Verify)
    const result = await service.verify()
    if (result.problems.length > 0) process.exitCode = EXIT.damaged
    this.show((style) => renderProblems(result, style))
    return this.document({ ...result })
  }
}
