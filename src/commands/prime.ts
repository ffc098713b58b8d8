import { Flags } from '@oclif/core'
import { Snapshot } from '../aspects/snapshot.js'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { type HookedAgent, HOOKED } from '../core/agents/session-hook.js'
import { actorFlag } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { renderPrime } from '../core/cli/render/prime.js'
import { isKittyError } from '../core/errors/kitty-error.js'
import { Notices } from '../core/errors/notices.js'
import type { ErrorStorage } from '../core/errors/error-storage.js'
import { Prime } from '../core/services/board/prime.js'
import type { EventStore } from '../core/store/event-store.js'
import { reviewLane } from '../core/rules/lane-words.js'
import { Workflow } from '../core/workspace/config.js'

export default class PrimeCommand extends KittyCommand<typeof PrimeCommand> {
  static override summary = 'Print what an agent needs to know at its start'
  static override description =
    'One text of at most 800 tokens: the repository, your packages, what is ready, the commands of the daily loop, and the rules that refuse a move. Run it when an agent starts, and again after its context was compacted. Uses no network and writes no tracked file.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    'KITTY_ACTOR=claude <%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]
  static override flags = {
    actor: actorFlag,
    hook: Flags.option({
      summary: 'Answer the session hook of this agent, in its own form.',
      description: 'Reads the session from the document on stdin. kitty setup agents writes the hook.',
      options: HOOKED,
      exclusive: ['json'],
    })(),
  }

  declare readonly eventStore: EventStore
  declare readonly errorStorage: ErrorStorage

  @WithErrorStorage
  @WithEventStore
  @Snapshot
  async run(): Promise<unknown> {
    const service = await this.service(Prime)
    await this.warnOfProblems(await this.eventStore.problems())
    if (this.flags.hook !== undefined) return this.answerHook(service, this.flags.hook)
    const prime = await service.document({ actor: this.flags.actor })
    const word = await this.#handIn()
    this.show(() => renderPrime(prime, false, word))
    return this.document(prime)
  }

  private async answerHook(service: Prime, agent: HookedAgent): Promise<void> {
    const [{ hookInput }, { hookAnswer, sessionOf }] = await Promise.all([
      import('../core/cli/hook-input.js'),
      import('../core/agents/session-hook.js'),
    ])
    const session = sessionOf(await hookInput(process.stdin))
    const prime = await service.document({ actor: this.flags.actor, session })
    const mustExport = session !== undefined && !(await this.#exports(agent, session))
    const text = renderPrime(prime, mustExport, await this.#handIn())
    this.show(() => JSON.stringify(hookAnswer(agent, text, session)))
  }

  /** The word that hands a package in: a workflow may have no lane for reviews. */
  async #handIn(): Promise<'review' | 'done'> {
    return reviewLane(await this.service(Workflow)) === undefined ? 'done' : 'review'
  }

  /** Whether the agent's shells get the session. Where they don't, the agent has to be told, and must still start. */
  async #exports(agent: HookedAgent, session: string): Promise<boolean> {
    const { environmentLine, setsEnvironment } = await import('../core/agents/session-hook.js')
    if (agent !== 'claude') return setsEnvironment(agent)
    const file = process.env['CLAUDE_ENV_FILE'] ?? ''
    if (file === '') return false
    try {
      ;(await import('../core/files/named-file.js')).appendText(file, environmentLine(session))
      return true
    } catch (error) {
      if (!isKittyError(error)) throw error
      ;(await this.service(Notices)).warn(error.message)
      return false
    }
  }
}
