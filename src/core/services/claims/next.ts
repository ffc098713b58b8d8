import { inject, injectable } from 'inversify'
import { Exclusive } from '../../../aspects/exclusive.js'
import { assertSameOperation } from '../../errors/key-is-taken.js'
import { type ErrorKind, isKittyError } from '../../errors/kitty-error.js'
import type { LogEvent, WorkflowTable } from '../../events-lib.js'
import type { BoardRow } from '../../index/board-row.js'
import { eventDocument } from '../../projections/documents.js'
import type { MadeMove } from '../../rules/move-rule.js'
import { claimedLane } from '../../rules/work-lanes.js'
import { EventStore, type Provenance } from '../../store/event-store.js'
import { Workflow } from '../../workspace/config.js'
import { firstEvent, isMove, isOfSession } from '../first-event.js'
import { knownLane } from '../moves/known-lane.js'
import { WholeWork, type WholeWorkDocument } from '../board/whole-work.js'
import { Candidates, type ChoiceRequest, type NextDocument } from './candidates.js'
import { Claim, type ClaimResult } from './claim.js'
import type { Candidate } from './next-order.js'
import type { WhyNot } from './why-nothing.js'

export interface NextRequest extends ChoiceRequest {
  readonly limit?: number | undefined
}

export interface ClaimNextRequest extends NextRequest {
  /** Claims one more, although this holder has one in work. */
  readonly another?: boolean
}

export interface NextResult {
  readonly next: readonly NextDocument[]
  /** How many there are, before the limit. */
  readonly total: number
  /** Why nothing is offered; empty if something is. */
  readonly why: readonly WhyNot[]
}

export interface ClaimNextResult {
  /** Null if nothing is free. */
  readonly claimed: ClaimResult | null
  /** This holder had the package in work already. */
  readonly resumed: boolean
  /** As `show` gives it. */
  readonly work_package: WholeWorkDocument | null
  readonly why: readonly WhyNot[]
}

/** What a holder does next, best first; and the claim of the best. */
@injectable()
export class Next {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(WholeWork) private readonly work: WholeWork,
    @inject(Claim) private readonly claims: Claim,
    @inject(Candidates) private readonly candidates: Candidates,
  ) {}

  /** @throws KittyError UsageError for an unknown lane */
  list(request: NextRequest): Promise<NextResult> {
    return this.store.snapshot(() => this.#list(request))
  }

  async #list(request: NextRequest): Promise<NextResult> {
    const choice = await this.candidates.choose(request)
    const next = await this.candidates.describe(choice, choice.candidates.slice(0, request.limit))
    return {
      next,
      total: choice.candidates.length,
      why: next.length > 0 ? [] : await this.candidates.whyNone(choice, request.features),
    }
  }

  /**
   * Decides once, under the lock: two callers never get the same package. A holder that has a package in work gets it
   * again, unless it asks for another one.
   * @throws KittyError UsageError for an unknown lane
   */
  async claim(request: ClaimNextRequest): Promise<ClaimNextResult> {
    const { result, move } = await this.claimBest(request)
    if (move !== undefined) await this.claims.follow(move)
    return result
  }

  @Exclusive
  protected async claimBest(
    request: ClaimNextRequest,
  ): Promise<{ result: ClaimNextResult; move: MadeMove | undefined }> {
    const repeated = await this.#repeated(request)
    if (repeated !== undefined) return { result: repeated, move: undefined }
    const choice = await this.candidates.choose(request)
    const refused: WhyNot[] = []
    for (const candidate of choice.candidates) {
      if (candidate.offer === 'in_work') {
        if (request.another !== true)
          return { result: await this.#again(candidate.row, request.provenance), move: undefined }
        continue
      }
      if (!this.#mayClaim(candidate)) continue
      const { feature_slug: feature, work_package_id: workPackage } = candidate.row
      try {
        const { result, move } = await this.claims.make({
          feature,
          workPackage,
          ...how(candidate),
          provenance: request.provenance,
        })
        const work_package = await this.work.show(feature, workPackage, request.provenance.actor)
        return { result: { claimed: result, resumed: result.resumed, work_package, why: [] }, move }
      } catch (error) {
        if (!isKittyError(error) || !SKIPS.has(error.kind)) throw error
        refused.push({ feature, work_package: workPackage, reason: 'refused', by: [], text: error.message })
      }
    }
    const why = [...refused, ...(await this.candidates.whyNone(choice, request.features))]
    return { result: { claimed: null, resumed: false, work_package: null, why }, move: undefined }
  }

  /**
   * A repeat with the same key gets the package of the first time.
   * @throws KittyError UsageError if the key was used for something else
   */
  async #repeated(request: ClaimNextRequest): Promise<ClaimNextResult | undefined> {
    const { provenance } = request
    const { causationId, actor } = provenance
    const earlier = causationId === null ? [] : await this.store.causedBy(causationId)
    if (causationId === null || earlier.length === 0) return undefined
    const repeats = (): Promise<boolean> => this.#areThisClaim(earlier, request)
    await assertSameOperation(causationId, earlier, { provenance, repeats })
    const event = firstEvent('WPStatusChanged', earlier, provenance)
    const { feature_slug, old_status, new_status } = event.payload
    const work_package = await this.work.show(feature_slug, event.entity_id, actor)
    const claimed = { feature: feature_slug, work_package: event.entity_id, old_status, new_status }
    return {
      claimed: { ...claimed, resumed: false, event: eventDocument(event) },
      resumed: false,
      work_package,
      why: [],
    }
  }

  async #areThisClaim(
    earlier: readonly LogEvent[],
    { features, lane, provenance }: ClaimNextRequest,
  ): Promise<boolean> {
    const from = lane === undefined ? undefined : knownLane(this.workflow, lane)
    // No list has an archived feature, which may have been on one before.
    const archived = (await this.store.features()).filter((row) => row.archived !== null)
    const among = new Set([...features, ...archived.map((row) => row.feature_slug)])
    return earlier.every((event) => {
      if (!isMove(event) || !isOfSession(event, provenance)) return false
      const { feature_slug, old_status, new_status, reason = null, force } = event.payload
      if (!this.workflow.working.includes(new_status) || force === true) return false
      // It gives no reason but for what it takes over, which stays in its lane.
      const isUnasked = reason === null || old_status === new_status
      return isUnasked && among.has(feature_slug) && (from === undefined || from === old_status)
    })
  }

  async #again(
    { feature_slug, work_package_id, lane }: BoardRow,
    { actor }: Provenance,
  ): Promise<ClaimNextResult> {
    const claimed = {
      feature: feature_slug,
      work_package: work_package_id,
      old_status: lane,
      new_status: lane,
    }
    return {
      claimed: { ...claimed, resumed: true, event: null },
      resumed: true,
      work_package: await this.work.show(feature_slug, work_package_id, actor),
      why: [],
    }
  }

  #mayClaim({ offer, row }: Candidate): boolean {
    if (offer === 'other_session') return false
    return offer !== 'review' || claimedLane(this.workflow, row.lane) !== undefined
  }
}

/** What keeps one package from being claimed leaves the search going; what else goes wrong ends it. */
const SKIPS: ReadonlySet<ErrorKind> = new Set([
  'ValidationError',
  'StateTransitionError',
  'DependencyValidationError',
  'GateFailure',
  'LostRace',
  // A package whose file cannot be read, or is behind a link.
  'DamagedData',
  'UnsafeSetup',
])

function how({ offer, lease }: Candidate): { takeOver?: true; reason?: string } {
  if (lease === null || !offer.startsWith('lease_ended')) return {}
  return { takeOver: true, reason: `the lease of ${lease.actor} ended at ${lease.expires_at}` }
}
