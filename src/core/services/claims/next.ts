import { inject, injectable } from 'inversify'
import { Exclusive } from '../../../aspects/exclusive.js'
import { type ErrorKind, isKittyError } from '../../errors/kitty-error.js'
import { isKittyEvent, type WorkflowTable } from '../../events-lib.js'
import type { BoardRow } from '../../index/board-row.js'
import type { ReadyDocument, WorkPackageDocument } from '../../projections/board-document.js'
import { rowsByFeature } from '../../projections/board.js'
import { NO_MARKS, type MarksOf } from '../../projections/marks.js'
import { byId, type FileOf, readyDocuments, workPackageDocument } from '../../projections/work-packages.js'
import { eventDocument } from '../../projections/documents.js'
import type { MadeMove } from '../../rules/move-rule.js'
import { EventStore, type Provenance } from '../../store/event-store.js'
import { Config, Workflow } from '../../workspace/config.js'
import { holderOf } from '../../workspace/holder.js'
import { Session } from '../../workspace/session.js'
import { DefinitionMarks } from '../definitions/definition-marks.js'
import { LaneFiles } from '../lane-files.js'
import { knownLane } from '../known-lane.js'
import { WholeWork, type WholeWorkDocument } from '../whole-work.js'
import { Claim, type ClaimResult } from './claim.js'
import { leaseIn, leaseKey, Leases, type LeasesByPackage } from './leases.js'
import { type Candidate, nextInOrder, type Offer } from './next-order.js'
import { claimedLane } from '../../rules/work-lanes.js'
import { notLogged, whyNothing, type WhyNot } from './why-nothing.js'

export interface NextRequest {
  /** The features to choose from. */
  readonly features: readonly string[]
  /** Only what this holder, or its actor in another session, has. */
  readonly mine?: boolean
  readonly lane?: string | undefined
  readonly limit?: number | undefined
  readonly provenance: Provenance
}

export interface ClaimNextRequest extends NextRequest {
  /** Claims one more, although this holder has one in work. */
  readonly another?: boolean
}

export interface NextDocument extends WorkPackageDocument {
  readonly offer: Offer
  readonly priority: number
  readonly unblocks: readonly string[]
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

/** Everything on the board that a decision about what comes next looks at. */
interface Look {
  readonly documents: readonly WorkPackageDocument[]
  readonly byFeature: RowsByFeature
  readonly candidates: readonly Candidate[]
}

type RowsByFeature = ReadonlyMap<string, readonly BoardRow[]>

/** What a holder does next, best first; and the claim of the best. */
@injectable()
export class Next {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(Config) private readonly config: Config,
    @inject(Session) private readonly session: Session,
    @inject(WholeWork) private readonly work: WholeWork,
    @inject(Claim) private readonly claims: Claim,
    @inject(Leases) private readonly leases: Leases,
    @inject(LaneFiles) private readonly files: LaneFiles,
    @inject(DefinitionMarks) private readonly marks: DefinitionMarks,
  ) {}

  /** @throws KittyError UsageError for an unknown lane */
  list(request: NextRequest): Promise<NextResult> {
    return this.store.snapshot(() => this.#list(request))
  }

  async #list(request: NextRequest): Promise<NextResult> {
    const look = await this.#look(request)
    const next = await this.#shown(look, look.candidates.slice(0, request.limit))
    return { next, total: look.candidates.length, why: next.length > 0 ? [] : await this.#why(look, request) }
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
    const look = await this.#look(request)
    const refused: WhyNot[] = []
    for (const candidate of look.candidates) {
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
    const why = [...refused, ...(await this.#why(look, request))]
    return { result: { claimed: null, resumed: false, work_package: null, why }, move: undefined }
  }

  /** A repeat with the same key gets the package of the first time. */
  async #repeated({
    provenance: { causationId, actor },
  }: ClaimNextRequest): Promise<ClaimNextResult | undefined> {
    const earlier = causationId === null ? [] : await this.store.causedBy(causationId)
    const event = earlier.find((one) => one.event_type === 'WPStatusChanged')
    if (event === undefined || !isKittyEvent(event) || event.event_type !== 'WPStatusChanged')
      return undefined
    const { feature_slug, old_status, new_status } = event.payload
    // Another operation's key: the claim itself refuses it.
    if (!this.workflow.working.includes(new_status)) return undefined
    const work_package = await this.work.show(feature_slug, event.entity_id, actor)
    const claimed = { feature: feature_slug, work_package: event.entity_id, old_status, new_status }
    return {
      claimed: { ...claimed, resumed: false, event: eventDocument(event) },
      resumed: false,
      work_package,
      why: [],
    }
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

  async #look({ features, mine = false, lane: asked, provenance }: NextRequest): Promise<Look> {
    const lane = asked === undefined ? undefined : knownLane(this.workflow, asked)
    const chosen = new Set(features)
    const rows = (await this.store.boardRows()).filter(({ feature_slug }) => chosen.has(feature_slug))
    const [leases, ages] = await Promise.all([this.leases.of(rows), this.#ages()])
    const byFeature = rowsByFeature(rows)
    const documents = this.#documents(byFeature, leases)
    const candidates = nextInOrder({
      rows,
      ready: this.#ready(documents, byFeature),
      table: this.workflow,
      holder: holderOf(provenance),
      now: this.session.now().getTime(),
      expire: this.config.claims.expire,
      leaseOf: (row) => leases.get(keyOf(row)) ?? null,
      ageOf: (feature) => ages.get(feature) ?? '',
    })
    return {
      documents,
      byFeature,
      candidates: candidates.filter(
        ({ row, offer }) => (lane === undefined || row.lane === lane) && (!mine || OWN.has(offer)),
      ),
    }
  }

  /** What may not be shown gets no file: finding one lists its feature's folder. */
  #documents(byFeature: RowsByFeature, leases: LeasesByPackage): WorkPackageDocument[] {
    return [...byFeature.values()].flatMap((rows) => {
      const known = byId(rows)
      return rows.map((row) =>
        workPackageDocument(row, () => known, this.workflow, NO_FILE, NO_MARKS.marksOf, leaseIn(leases)),
      )
    })
  }

  #ready(documents: readonly WorkPackageDocument[], byFeature: RowsByFeature): ReadyDocument[] {
    const not = new Map(
      [...byFeature].map(([feature, rows]) => [feature, this.marks.notOffered(feature, rows)]),
    )
    return readyDocuments(documents, this.workflow).filter(
      ({ feature, work_package }) => not.get(feature)?.has(work_package) !== true,
    )
  }

  async #shown({ documents, byFeature }: Look, shown: readonly Candidate[]): Promise<NextDocument[]> {
    const known = new Map(documents.map((one) => [leaseKey(one.feature, one.work_package), one]))
    const marks = new Map<string, MarksOf>()
    for (const [feature, rows] of byFeature) {
      const only = shown.flatMap(({ row }) => (row.feature_slug === feature ? [row.work_package_id] : []))
      if (only.length > 0) marks.set(feature, await this.marks.ofOnly(feature, rows, new Set(only)))
    }
    return shown.flatMap(({ offer, row, unblocks }): NextDocument[] => {
      const document = known.get(keyOf(row))
      if (document === undefined) return []
      const own = marks.get(row.feature_slug)?.(row.feature_slug, row.work_package_id) ?? []
      const file = this.files.fileOf(row.feature_slug, row.work_package_id)
      return [{ ...document, file, marks: own, offer, priority: row.priority, unblocks }]
    })
  }

  async #ages(): Promise<Map<string, string>> {
    return new Map((await this.store.features()).map((row) => [row.feature_slug, row.created_at]))
  }

  async #why({ documents, candidates, byFeature }: Look, { features }: NextRequest): Promise<WhyNot[]> {
    const reviews = candidates.filter(({ offer }) => offer === 'review').map(({ row }) => keyOf(row))
    const mayReview = new Set(reviews)
    return [
      ...whyNothing(documents, {
        table: this.workflow,
        mayReview: ({ feature, work_package }) => mayReview.has(leaseKey(feature, work_package)),
      }),
      ...notLogged(await this.marks.of(features, [...byFeature.values()].flat())),
    ]
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

const NO_FILE: FileOf = () => null

const OWN: ReadonlySet<Offer> = new Set(['in_work', 'rejected', 'other_session'])

function how({ offer, lease }: Candidate): { takeOver?: true; reason?: string } {
  if (lease === null || !offer.startsWith('lease_ended')) return {}
  return { takeOver: true, reason: `the lease of ${lease.actor} ended at ${lease.expires_at}` }
}

function keyOf({ feature_slug, work_package_id }: BoardRow): string {
  return leaseKey(feature_slug, work_package_id)
}
