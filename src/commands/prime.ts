import { Snapshot } from '../aspects/snapshot.js'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { actorFlag } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { renderPrime } from '../core/cli/render/prime.js'
import type { ErrorStorage } from '../core/errors/error-storage.js'
import { Prime } from '../core/services/prime.js'
import type { EventStore } from '../core/store/event-store.js'

export default class PrimeCommand extends KittyCommand<typeof PrimeCommand> {
  static override summary = 'Print what an agent needs to know at its start'
  static override description =
    'One text of at most 800 tokens: the repository, your packages, what is ready, the commands of the daily loop, and the rules that refuse a move. Run it when an agent starts, and again after its context was compacted. Uses no network and writes no tracked file.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    'KITTY_ACTOR=claude <%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]
  static override flags = { actor: actorFlag }

  declare readonly eventStore: EventStore
  declare readonly errorStorage: ErrorStorage

  @WithErrorStorage
  @WithEventStore
  @Snapshot
  async run(): Promise<unknown> {
    const prime = await (await this.service(Prime)).document(this.flags.actor)
    await this.warnOfProblems(await this.eventStore.problems())
    this.show(() => renderPrime(prime))
    return this.document(prime)
  }
}
