import { inject, injectable } from 'inversify'
import type { WorkflowTable } from '../../events-lib.js'
import type { BoardRow } from '../../index/board-row.js'
import type { ReadyDocument, WorkPackageDocument } from '../../projections/board-document.js'
import { rowsByFeature } from '../../projections/board.js'
import { NO_MARKS, type MarksOf } from '../../projections/marks.js'
import { byId, type FileOf, readyDocuments, workPackageDocument } from '../../projections/work-packages.js'
import { EventStore, type Provenance } from '../../store/event-store.js'
import { Config, Workflow } from '../../workspace/config.js'
import { holderOf } from '../../workspace/holder.js'
import { Session } from '../../workspace/session.js'
import { DefinitionMarks } from '../definitions/definition-marks.js'
import { knownLane } from '../moves/known-lane.js'
import { LaneFiles } from '../moves/lane-files.js'
import { leaseIn, leaseKey, Leases, type LeasesByPackage } from './leases.js'
import { type Candidate, nextInOrder, type Offer } from './next-order.js'
import { notLogged, whyNothing, type WhyNot } from './why-nothing.js'

export interface ChoiceRequest {
  /** The features to choose from. */
  readonly features: readonly string[]
  /** Only what this holder, or its actor in another session, has. */
  readonly mine?: boolean
  readonly lane?: string | undefined
  readonly provenance: Provenance
}

export interface NextDocument extends WorkPackageDocument {
  readonly offer: Offer
  readonly priority: number
  readonly unblocks: readonly string[]
}

/** What the board offers one holder, and what that was decided from. */
export interface Choice {
  readonly documents: readonly WorkPackageDocument[]
  readonly byFeature: RowsByFeature
  /** Best first. */
  readonly candidates: readonly Candidate[]
}

type RowsByFeature = ReadonlyMap<string, readonly BoardRow[]>

/** The packages that a holder may do next. */
@injectable()
export class Candidates {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(Config) private readonly config: Config,
    @inject(Session) private readonly session: Session,
    @inject(Leases) private readonly leases: Leases,
    @inject(LaneFiles) private readonly files: LaneFiles,
    @inject(DefinitionMarks) private readonly marks: DefinitionMarks,
  ) {}

  /** @throws KittyError UsageError for an unknown lane */
  async choose({ features, mine = false, lane: asked, provenance }: ChoiceRequest): Promise<Choice> {
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

  /** Describes the ones to show; reads the files of no others. */
  async describe({ documents, byFeature }: Choice, shown: readonly Candidate[]): Promise<NextDocument[]> {
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

  /** Why none of these features' packages is offered. */
  async whyNone(
    { documents, candidates, byFeature }: Choice,
    features: readonly string[],
  ): Promise<WhyNot[]> {
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

  async #ages(): Promise<Map<string, string>> {
    return new Map((await this.store.features()).map((row) => [row.feature_slug, row.created_at]))
  }
}

const NO_FILE: FileOf = () => null

const OWN: ReadonlySet<Offer> = new Set(['in_work', 'rejected', 'other_session'])

function keyOf({ feature_slug, work_package_id }: BoardRow): string {
  return leaseKey(feature_slug, work_package_id)
}
