import { inject, injectable } from 'inversify'
import { Emits } from '../../../aspects/emits.js'
import { Exclusive } from '../../../aspects/exclusive.js'
import { counted } from '../../errors/counted.js'
import { assertSameOperation } from '../../errors/key-is-taken.js'
import { KittyError } from '../../errors/kitty-error.js'
import { Notices } from '../../errors/notices.js'
import { EventStore, type Decision, decided, type Provenance } from '../../store/event-store.js'
import {
  FeaturePlans,
  type FinalizedFeature,
  type FinalizeRequest,
  type PlannedFeature,
  type Refused,
  type SkippedFile,
} from '../definitions/feature-plans.js'
import { isTakenOver } from '../definitions/file-lanes.js'
import { PlanDefinitions } from '../definitions/plan-definitions.js'

export interface FinalizeResult {
  readonly features: readonly FinalizedFeature[]
  /** Folders under kitty-specs that are not features. Filled only if all features were requested. */
  readonly skipped: readonly SkippedFile[]
  /** How many events were written. */
  readonly events: number
}

/** The event types that this service writes. */
const SYNCED: ReadonlySet<string> = new Set(['SpecCreated', 'WPCreated', 'WPChanged'])
const NOTHING = { created: [], changed: [], behind: [], existing: [], skipped: [] }

/** Brings the log up to date with the packages' files: adds new packages and takes over changed definitions. */
@injectable()
export class FinalizeTasks {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(FeaturePlans) private readonly plans: FeaturePlans,
    @inject(PlanDefinitions) private readonly definitions: PlanDefinitions,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /**
   * @throws KittyError ValidationError (IDs, dependencies, cycles), DamagedData (an unreadable file) or UsageError (no
   * tasks folder), with nothing written. If all features were requested, ValidationError after the valid ones are
   * written.
   */
  async finalize(request: FinalizeRequest): Promise<FinalizeResult> {
    const { stored, left } = await this.#leftOf(request)
    if (left.length === 0 && stored.length > 0) return { features: stored, skipped: [], events: 0 }
    const { result, refused } = await this.record({ ...request, features: left })
    if (refused.length > 0) throw notAll(result, refused, request.features.length)
    return { ...result, features: [...stored, ...result.features] }
  }

  /** Returns what would be written, without writing it. */
  async check(request: FinalizeRequest): Promise<FinalizeResult> {
    const { plans, refused } = await this.plans.plan(request)
    const result = this.#result(plans, request, 0)
    const unsynced = refused.map(({ file, reason }) => ({ file, reason }))
    return { ...result, skipped: [...unsynced, ...result.skipped] }
  }

  @Exclusive
  protected async record(request: FinalizeRequest): Promise<{ result: FinalizeResult; refused: Refused[] }> {
    const { plans, refused } = await this.plans.plan(request)
    const { events, repeated } = await this.write({ provenance: request.provenance, plans, continues: true })
    for (const { plan } of repeated ? [] : plans) {
      if (plan === undefined) continue
      this.definitions.written(plan)
      for (const sentence of plan.leftOut) this.notices.warn(sentence)
    }
    return { result: this.#result(plans, request, repeated ? 0 : events.length), refused }
  }

  @Emits
  protected async write(request: {
    provenance: Provenance
    plans: readonly PlannedFeature[]
    continues: boolean
  }): Promise<Decision> {
    return decided(request.plans.flatMap((plan) => plan.drafts))
  }

  /**
   * Returns what an earlier run with this key stored, and the features that it did not reach.
   * @throws KittyError UsageError if the key was used for something else
   */
  async #leftOf({ features, lanes, provenance }: FinalizeRequest): Promise<{
    stored: readonly FinalizedFeature[]
    left: readonly string[]
  }> {
    const { causationId } = provenance
    const earlier = causationId === null ? [] : await this.store.causedBy(causationId)
    if (causationId === null || earlier.length === 0) return { stored: [], left: features }
    const repeats = (): boolean =>
      earlier.every(
        (event) =>
          (SYNCED.has(event.event_type) || (lanes === true && isTakenOver(event))) &&
          features.includes(event.payload.feature_slug),
      )
    await assertSameOperation(causationId, earlier, { provenance, repeats })
    const stored = features.flatMap((feature) => {
      const events = earlier.filter(({ payload }) => payload.feature_slug === feature)
      const created = events.filter(({ event_type }) => event_type === 'WPCreated')
      return events.length === 0
        ? []
        : [{ ...NOTHING, feature, created: created.map(({ entity_id }) => entity_id) }]
    })
    return { stored, left: features.filter((feature) => !stored.some((one) => one.feature === feature)) }
  }

  #result(plans: readonly PlannedFeature[], { all }: FinalizeRequest, events: number): FinalizeResult {
    const features = plans.map(({ feature, created, changed, behind, existing, skipped }) => ({
      feature,
      created,
      changed,
      behind,
      existing,
      skipped,
    }))
    return { features, skipped: all ? this.plans.notFeatures() : [], events }
  }
}

/** The error that says what is invalid, after the rest was written. */
function notAll(result: FinalizeResult, refused: readonly Refused[], asked: number): KittyError {
  const bad = new Set(refused.map(({ feature }) => feature)).size
  const reasons = [...new Set(refused.map(({ reason }) => reason))].join('. ')
  return new KittyError(
    'ValidationError',
    `${bad} of ${counted(asked, 'feature')} could not be synced as a whole. ${reasons}`,
    {
      nextSteps: ['Correct the files named above and run the command again; the rest is in the log.'],
      context: {
        features: result.features,
        skipped: [...refused, ...result.skipped],
        events: result.events,
      },
    },
  )
}
