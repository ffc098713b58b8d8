import { actorFlag, sessionFlag } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { KittyError } from '../core/errors/kitty-error.js'
import { ServeStdio } from '../core/mcp/serve-stdio.js'

export default class McpCommand extends KittyCommand<typeof McpCommand> {
  static override summary = 'Serve the board to an agent over MCP'
  static override description =
    'Speaks the Model Context Protocol on stdin and stdout, in its 2025 and 2026 generations, and ends with stdin. Eight tools do what the commands do, by the same rules: board, next, show, move, record, conflicts, history, plan. An agent starts it: kitty setup agents writes the configuration.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --actor claude',
  ]
  static override flags = { actor: actorFlag, session: sessionFlag }

  async run(): Promise<void> {
    if (this.jsonEnabled()) throw noDocument()
    const { actor, session } = this.flags
    await (
      await this.service(ServeStdio)
    ).serve({
      actor,
      session,
      onProblem: (error) => this.printer.warn(error.message),
    })
  }
}

function noDocument(): KittyError {
  return new KittyError(
    'UsageError',
    '--json answers with one document, and stdout belongs to the protocol.',
    {
      nextSteps: ['leave --json out'],
    },
  )
}
