import { Flags } from '@oclif/core'
import { Snapshot } from '../aspects/snapshot.js'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { withRoomFor } from '../core/cli/fit-list.js'
import { countFlag, featureFlag, laneFlag, provenanceFlags } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { renderClaimedNext, renderNext } from '../core/cli/render/next.js'
import { Next } from '../core/services/claims/next.js'
import type { EventStore } from '../core/store/event-store.js'

/** How many packages the text shows without --limit; JSON shows all. */
const SHOWN = 5

export default class NextCommand extends KittyCommand<typeof NextCommand> {
  static override summary = 'Show what to do next, best first, or claim it'
  static override description =
    'Your packages in work, then what was rejected, reviews, what is ready by priority, and what others left. With --claim you get the best one, and no one else gets it; the package you have in work comes again. Nothing free: exit 0, with the reasons.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --claim --json',
    '<%= config.bin %> <%= command.id %> --claim --another --feature 017',
  ]
  static override flags = {
    claim: Flags.boolean({ summary: 'Claim the best one.' }),
    another: Flags.boolean({
      summary: 'Claim one more, although you have one in work.',
      dependsOn: ['claim'],
    }),
    mine: Flags.boolean({ summary: 'Only what is yours, in other sessions too.' }),
    lane: laneFlag('Only what is in this lane.'),
    limit: countFlag('At most this many.'),
    feature: featureFlag,
    ...provenanceFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  @Snapshot
  async run(): Promise<unknown> {
    const service = await this.service(Next)
    const scope = await this.scope(this.eventStore)
    const { claim, another, mine, lane, limit } = this.flags
    const feature = await scope.chosenFeature(this.flags.feature)
    const features = feature === undefined ? await scope.activeFeatures() : [feature]
    const request = { features, mine, lane, provenance: scope.provenance(this.flags) }
    if (claim) {
      const claimed = await service.claim({ ...request, another })
      this.show((style) => renderClaimedNext(claimed, features, new Date(), style))
      return this.document({ ...claimed })
    }
    const found = await service.list({ ...request, limit: limit ?? (this.jsonEnabled() ? undefined : SHOWN) })
    const all = withRoomFor(found.total, ['kitty', 'next', ...this.argv])
    this.show(() => renderNext(found, features, { all, mine }))
    return this.document({ ...found })
  }
}
