import { Args, Flags } from '@oclif/core'
import { WithErrorStorage } from '../../aspects/with-error-storage.js'
import { AGENTS, type AgentName } from '../../core/agents/targets.js'
import { KittyCommand } from '../../core/cli/kitty-command.js'
import { renderAgentChanges } from '../../core/cli/render/setup-agents.js'
import { type ErrorStorage } from '../../core/errors/error-storage.js'
import { KittyError } from '../../core/errors/kitty-error.js'
import { shownCommand } from '../../core/errors/next-step.js'
import { type AgentFileChange, isWritten, SetupAgents } from '../../core/services/setup-agents.js'
import { createInterface } from 'node:readline/promises'

export default class SetupAgentsCommand extends KittyCommand<typeof SetupAgentsCommand> {
  static override summary = 'Write what coding agents read at their start'
  static override description =
    'Puts a block between markers into AGENTS.md and the instruction files of the named agents, a skill, the configuration of the MCP server, and a hook that runs kitty prime at the start of a session. Shows each change before it writes it; on a terminal it asks first. Without names: AGENTS.md, and the agents that are set up already. Writes nothing outside of the repository. docs/agents.md lists the files.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> claude codex',
    '<%= config.bin %> <%= command.id %> --check',
    '<%= config.bin %> <%= command.id %> cursor --remove',
  ]
  static override args = {
    agents: Args.string({
      name: 'NAMES',
      description: `Agents: ${AGENTS.join(', ')}.`,
      options: [...AGENTS],
      multiple: true,
    }),
  }
  static override flags = {
    check: Flags.boolean({
      summary: 'Only show what would change, and exit 1 if anything would.',
      exclusive: ['remove'],
    }),
    remove: Flags.boolean({ summary: 'Take it all out again; without names for every agent.' }),
  }

  declare readonly errorStorage: ErrorStorage

  @WithErrorStorage
  async run(): Promise<unknown> {
    const service = await this.service(SetupAgents)
    const { check, remove } = this.flags
    const names = AGENTS.filter((name) => this.args.agents?.includes(name))
    const setup = service.plan(names, remove)
    this.show(() => renderAgentChanges(setup.files))
    const changed = setup.files.filter(isWritten)
    if (check && changed.length > 0) throw stale(changed, names)
    if (changed.length > 0 && (await this.isWanted())) service.apply(setup)
    const files = setup.files.map(({ file, change }) => ({ file, change }))
    return this.document({ agents: setup.agents, files })
  }

  /** A program that calls us has decided already. */
  private async isWanted(): Promise<boolean> {
    if (this.jsonEnabled() || !process.stdin.isTTY || !process.stdout.isTTY) return true
    if (await agrees('Write these files?')) return true
    this.show(() => 'Nothing was written.')
    return false
  }
}

function stale(files: readonly AgentFileChange[], names: readonly AgentName[]): KittyError {
  const list = files.map(({ file }) => file).join(', ')
  return new KittyError('ValidationError', `Not as kitty setup agents writes them: ${list}.`, {
    nextSteps: shownCommand(['kitty', 'setup', 'agents', ...names]),
    context: { files: files.map(({ file, change }) => ({ file, change })) },
  })
}

/** Asks the person at the terminal a yes-or-no question. Only yes is yes. */
async function agrees(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^\s*y(es)?\s*$/i.test(await terminal.question(`${question} [y/N] `))
  } finally {
    terminal.close()
  }
}
