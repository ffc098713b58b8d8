import { inject, injectable } from 'inversify'
import { Emits } from '../../../aspects/emits.js'
import { Exclusive } from '../../../aspects/exclusive.js'
import { KittyError } from '../../errors/kitty-error.js'
import { isKittyEvent, type NewEvent } from '../../events-lib.js'
import type { EventDocument } from '../../projections/board-document.js'
import { eventDocument } from '../../projections/documents.js'
import { EventStore, type Decision, decided, type Provenance } from '../../store/event-store.js'
import { keepArchivedNames } from '../../workspace/archived-names.js'
import { Workspace } from '../../workspace/workspace.js'
import type { Repeats } from '../first-event.js'
import { shownCommand } from '../../errors/next-step.js'

export interface ArchiveRequest {
  readonly feature: string
  /** Whether to put it back onto the board. */
  readonly restore: boolean
  readonly reason?: string | undefined
  readonly provenance: Provenance
}

export interface ArchiveResult {
  readonly feature: string
  readonly archived: boolean
  readonly event: EventDocument
}

/** Takes a feature off the board or puts it back. Removes none of its data. */
@injectable()
export class ArchiveFeature {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(Workspace) private readonly workspace: Workspace,
  ) {}

  /** @throws KittyError StateTransitionError if the feature is already in that state */
  @Exclusive
  async archive(request: ArchiveRequest): Promise<ArchiveResult> {
    const type = request.restore ? 'FeatureRestored' : 'FeatureArchived'
    const repeats: Repeats['repeats'] = (earlier) =>
      earlier.every(
        (event) =>
          isKittyEvent(event) &&
          (event.event_type === 'FeatureArchived' || event.event_type === 'FeatureRestored') &&
          event.event_type === type &&
          event.entity_id === request.feature &&
          (event.payload.reason ?? null) === (request.reason ?? null),
      )
    const { events } = await this.decide({ ...request, repeats })
    const [event] = events
    if (event === undefined) throw new Error(`no ${type} of ${request.feature} after it was written`)
    const archived = (await this.store.features()).filter((row) => row.archived !== null)
    const names = archived.map((row) => row.feature_slug)
    keepArchivedNames(this.workspace.privateDir, names)
    return { feature: request.feature, archived: !request.restore, event: eventDocument(event) }
  }

  @Emits
  protected async decide({ feature, restore, reason }: ArchiveRequest & Repeats): Promise<Decision> {
    const row = (await this.store.features()).find((one) => one.feature_slug === feature)
    const isArchived = row !== undefined && row.archived !== null
    if (isArchived !== restore) throw alreadySo(feature, isArchived)
    const payload = { feature_slug: feature, ...(reason === undefined ? {} : { reason }) }
    const draft: NewEvent = {
      event_type: restore ? 'FeatureRestored' : 'FeatureArchived',
      entity_id: feature,
      entity_type: 'FeatureSpec',
      payload,
    }
    return decided([draft])
  }
}

function alreadySo(feature: string, isArchived: boolean): KittyError {
  const message = isArchived ? `${feature} is archived already.` : `${feature} is not archived.`
  return new KittyError('StateTransitionError', message, {
    nextSteps: shownCommand(['kitty', 'archive', feature, ...(isArchived ? ['--restore'] : [])]),
    context: { feature_slug: feature },
  })
}
