import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { renderCommitted } from '../core/cli/render/written.js'
import { KittyError } from '../core/errors/kitty-error.js'
import { CommitBoard } from '../core/services/commit/commit-board.js'

export default class CommitCommand extends KittyCommand<typeof CommitCommand> {
  static override summary = 'Commit what kitty wrote, and nothing else'
  static override description =
    'In the primary checkout, on the branch checked out there: the log, and of the files below kitty-specs those that only kitty has changed. What you changed or staged is named and left as it is; your next commit holds exactly what you staged. Hooks, signing and identity are those of git commit.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -m "Board after the review" --push',
    '<%= config.bin %> <%= command.id %> --with-edits --json',
  ]
  static override flags = {
    message: Flags.string({ char: 'm', summary: 'The message.', helpValue: 'TEXT' }),
    push: Flags.boolean({ summary: 'Push the branch afterwards.' }),
    'with-edits': Flags.boolean({ summary: 'Take also what people changed below kitty-specs.' }),
  }

  @WithErrorStorage
  async run(): Promise<unknown> {
    const { message, push } = this.flags
    if (message?.trim() === '') throw emptyMessage()
    const service = await this.service(CommitBoard)
    const result = await service.commit({ message, push, withEdits: this.flags['with-edits'] })
    this.show(() => renderCommitted(result))
    return this.document({ ...result })
  }
}

function emptyMessage(): KittyError {
  return new KittyError('UsageError', 'The message of the commit is empty.', {
    nextSteps: ['-m TEXT', 'or leave -m out: kitty then says what the commit records'],
  })
}
