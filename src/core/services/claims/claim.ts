import { inject, injectable } from 'inversify'
import { Emits } from '../../../aspects/emits.js'
import { Exclusive } from '../../../aspects/exclusive.js'
import { SyncsDefinition } from '../../../aspects/syncs-definition.js'
import { KittyError } from '../../errors/kitty-error.js'
import { Notices } from '../../errors/notices.js'
import { isSameActor, isSameHolder, type WorkflowTable, type WorkPackageState } from '../../events-lib.js'
import type { EventDocument } from '../../projections/board-document.js'
import { eventDocument } from '../../projections/documents.js'
import { byId, dependencyLanes } from '../../projections/work-packages.js'
import type { MadeMove } from '../../rules/move-rule.js'
import { MoveRules } from '../../rules/move-rules.js'
import { EventStore, type Decision, decided, type Provenance } from '../../store/event-store.js'
import { Workflow } from '../../workspace/config.js'
import { holderOf } from '../../workspace/holder.js'
import { SyncDefinition } from '../definitions/sync-definition.js'
import { firstEvent, isMove, isOf, isOfSession, madeMove, type Repeats } from '../first-event.js'
import { knownWorkPackage } from '../known-work-package.js'
import { LaneFiles } from '../moves/lane-files.js'
import { refusedMove } from '../moves/move-refusal.js'
import { Recall } from '../recall.js'
import { handedOver, heldByAnother, heldInOtherSession, leaseGoesOn } from './held.js'
import { Leases } from './leases.js'
import { refuseLostClaim } from './lost-claim.js'
import { claimedLane, isHandedOver } from '../../rules/work-lanes.js'

export interface ClaimRequest {
  readonly feature: string
  readonly workPackage: string
  /** Takes over what the same actor has in another session. */
  readonly resume?: boolean
  /** Takes over what another holder has, once the lease has ended. Needs a reason. */
  readonly takeOver?: boolean
  readonly reason?: string | undefined
  readonly provenance: Provenance
}

export interface ClaimResult {
  readonly feature: string
  readonly work_package: string
  readonly old_status: string
  readonly new_status: string
  /** This holder had the package already; nothing was written. */
  readonly resumed: boolean
  readonly event: EventDocument | null
}

/** A claim, with the move that its rules follow once the lock is released. */
interface MadeClaim {
  readonly result: ClaimResult
  readonly move: MadeMove | undefined
}

/** Gives a package to a holder: moves it to a working lane, or leaves it there with another holder. */
@injectable()
export class Claim {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(MoveRules) private readonly rules: MoveRules,
    @inject(Recall) private readonly recall: Recall,
    @inject(LaneFiles) private readonly files: LaneFiles,
    @inject(Leases) private readonly leases: Leases,
    @inject(Notices) private readonly notices: Notices,
    @inject(SyncDefinition) readonly syncDefinition: SyncDefinition,
  ) {}

  /**
   * @throws KittyError UnknownWorkPackage; LostRace if another holder has it, or if its work is handed over; UsageError
   * for a take-over without a reason; the refusal's kind
   */
  async claim(request: ClaimRequest): Promise<ClaimResult> {
    if (request.takeOver === true && (request.reason ?? '').trim() === '') throw takeOverNeedsReason(request)
    const { result, move } = await this.make(request)
    if (move !== undefined) await this.follow(move)
    return result
  }

  /** Runs what follows a claim once the lock is released. */
  async follow(move: MadeMove): Promise<void> {
    await this.rules.follow([move], 'released')
  }

  /** Claims under the lock. The caller runs `follow` after releasing it. @throws KittyError as `claim` */
  @Exclusive
  @SyncsDefinition
  async make(request: ClaimRequest): Promise<MadeClaim> {
    const { feature, workPackage, provenance } = request
    const { events, repeated } = await this.decide({
      ...request,
      repeats: isThisClaim(request, this.workflow),
    })
    if (events.length === 0) {
      const { lane } = await knownWorkPackage(this.store, feature, workPackage)
      const result = { feature, work_package: workPackage, old_status: lane, new_status: lane }
      return { result: { ...result, resumed: true, event: null }, move: undefined }
    }
    const event = firstEvent('WPStatusChanged', events, provenance)
    const move = madeMove(event, repeated)
    await this.rules.follow([move], 'underLock')
    const result = { feature, work_package: workPackage, old_status: move.from, new_status: move.to }
    return { result: { ...result, resumed: false, event: eventDocument(event) }, move }
  }

  @Emits
  protected async decide(request: ClaimRequest & Repeats): Promise<Decision> {
    const { feature, workPackage, provenance } = request
    const state = await knownWorkPackage(this.store, feature, workPackage)
    this.files.assertReachable(feature, workPackage)
    refuseLostClaim(state, provenance)
    const isHeld = this.workflow.working.includes(state.lane) && state.lane_actor !== null
    if (isHeld && isSameHolder(holderIn(state), holderOf(provenance))) {
      // If an earlier claim was killed between the event and the file, the file is behind.
      this.files.settle([state], new Set([workPackage]))
      return decided([])
    }
    const reason = isHeld ? await this.#takeOverReason(state, request) : (request.reason ?? null)
    const to = isHeld ? state.lane : this.#laneFor(state)
    const { actor, session = null } = provenance
    const dependencies = dependencyLanes(state, byId(await this.store.boardRows(feature)))
    const question = { state, to, actor, session, dependencies, reason, force: false, takeOver: isHeld }
    const decision = this.rules.decide(question)
    if (decision.ok) return decided(decision.events)
    const { kind, requested_status, blockers } = decision.refusal
    const earlier = this.recall.earlier({ feature, workPackage, kind, to: requested_status, blockers })
    throw refusedMove({ table: this.workflow, state, refusal: decision.refusal, actor, earlier })
  }

  /** Why this holder may take the package from the one who has it. @throws KittyError LostRace if it may not */
  async #takeOverReason(state: WorkPackageState, request: ClaimRequest): Promise<string> {
    const { resume = false, takeOver = false, reason, provenance } = request
    const lease = await this.leases.ofOne(state)
    if (isSameActor(holderIn(state).actor, provenance.actor)) {
      if (resume || takeOver) return reason ?? 'same actor'
      throw heldInOtherSession(state, lease, provenance.session)
    }
    if (!takeOver) throw heldByAnother(state, lease)
    if (lease?.ended !== true) throw leaseGoesOn(state, lease)
    if (lease.elsewhere)
      this.notices.warn(
        `The last sign of ${lease.actor} on ${state.work_package_id} came from another clone; ${lease.actor} may be at work there, unseen.`,
      )
    return reason ?? `the lease of ${lease.actor} ended at ${lease.expires_at}`
  }

  #laneFor(state: WorkPackageState): string {
    const to = claimedLane(this.workflow, state.lane)
    if (to !== undefined) return to
    if (isHandedOver(this.workflow, state.lane)) throw handedOver(state)
    throw noWorkingLane(this.workflow)
  }
}

/** Who has a package that is in a working lane. */
export function holderIn(state: Pick<WorkPackageState, 'lane_actor' | 'lane_session'>) {
  return { actor: state.lane_actor ?? '', session: state.lane_session }
}

export function noWorkingLane({ name }: WorkflowTable): KittyError {
  return new KittyError('UsageError', `The ${name} workflow has no lane in which a package is worked on.`, {
    nextSteps: ['name one under "working" in the workflow of .kittify/config.json'],
  })
}

function isThisClaim(
  { feature, workPackage, resume = false, takeOver = false, reason, provenance }: ClaimRequest,
  { working }: WorkflowTable,
): Repeats['repeats'] {
  return (earlier) =>
    earlier.every((event) => {
      if (!isMove(event) || !isOf(event, feature, workPackage) || !isOfSession(event, provenance))
        return false
      const { old_status, new_status, force } = event.payload
      if (!working.includes(new_status) || force === true) return false
      const isSameReason = (event.payload.reason ?? null) === (reason ?? null)
      // Only what is taken from another holder stays in its lane, and it has a reason that the request need not give.
      if (old_status !== new_status) return isSameReason
      return (resume || takeOver) && (reason === undefined || isSameReason)
    })
}

function takeOverNeedsReason({ workPackage }: ClaimRequest): KittyError {
  return new KittyError(
    'UsageError',
    `Taking over ${workPackage} needs a reason, which is kept with the event.`,
    {
      nextSteps: ['add --reason "why you take it over"'],
    },
  )
}
