import { inject, injectable } from 'inversify'
import { Emits } from '../../../aspects/emits.js'
import { Exclusive } from '../../../aspects/exclusive.js'
import { KittyError } from '../../errors/kitty-error.js'
import { isKittyEvent, type LogEvent } from '../../events-lib.js'
import { refuseLostClaim } from '../claims/lost-claim.js'
import { firstEvent, isOf, type Repeats } from '../first-event.js'
import { knownWorkPackage } from '../known-work-package.js'
import { EventStore, type Decision, decided, type Provenance } from '../../store/event-store.js'
import { shownWords } from '../../errors/next-step.js'
import { packageName } from '../../specs/work-package-id.js'

export interface NoteRequest {
  readonly feature: string
  readonly workPackage: string
  readonly text: string
  readonly provenance: Provenance
}

export interface NoteResult {
  readonly feature: string
  readonly work_package: string
  readonly event: LogEvent
}

/** Stores a note with a work package. */
@injectable()
export class NoteTask {
  constructor(@inject(EventStore) readonly store: EventStore) {}

  /** Stores nothing. @throws KittyError UsageError for an empty note */
  check({ feature, text, workPackage }: NoteRequest): void {
    if (text.trim() !== '') return
    throw new KittyError('UsageError', 'The note is empty.', {
      nextSteps: shownWords(['kitty', 'note', packageName(feature, workPackage), 'what to remember']),
    })
  }

  /** @throws KittyError UnknownWorkPackage; UsageError for an empty note; ValidationError for one too long to store */
  @Exclusive
  async note(request: NoteRequest): Promise<NoteResult> {
    this.check(request)
    const { feature, workPackage, text } = request
    const repeats: Repeats['repeats'] = (earlier) =>
      earlier.every(
        (event) =>
          isKittyEvent(event) &&
          event.event_type === 'NoteAdded' &&
          isOf(event, feature, workPackage) &&
          event.payload.text === text,
      )
    const { events } = await this.decide({ ...request, repeats })
    const event = firstEvent('NoteAdded', events, request.provenance)
    return { feature: event.payload.feature_slug, work_package: event.entity_id, event }
  }

  @Emits
  protected async decide({
    feature,
    workPackage,
    text,
    provenance,
  }: NoteRequest & Repeats): Promise<Decision> {
    refuseLostClaim(await knownWorkPackage(this.store, feature, workPackage), provenance)
    const payload = { feature_slug: feature, text }
    return decided([{ event_type: 'NoteAdded', entity_id: workPackage, entity_type: 'WorkPackage', payload }])
  }
}
