import { inject, injectable } from 'inversify'
import { Emits } from '../../../aspects/emits.js'
import { Exclusive } from '../../../aspects/exclusive.js'
import { KittyError } from '../../errors/kitty-error.js'
import {
  isSameActor,
  isSameHolder,
  type LogEvent,
  type NewEvent,
  undoMove,
  validTransitions,
  type WorkflowTable,
  type WorkPackageState,
} from '../../events-lib.js'
import type { MadeMove } from '../../rules/move-rule.js'
import { MoveRules } from '../../rules/move-rules.js'
import { EventStore, type Decision, decided, type Provenance } from '../../store/event-store.js'
import { Workflow } from '../../workspace/config.js'
import { holderOf } from '../../workspace/holder.js'
import { firstEvent, isMove, isOf, isOfSession, madeMove, type Repeats } from '../first-event.js'
import { knownWorkPackage } from '../known-work-package.js'
import { LaneFiles } from '../moves/lane-files.js'
import { refusedMove } from '../moves/move-refusal.js'
import { holderIn } from './claim.js'
import { heldInOtherSession, notYours } from './held.js'
import { refuseLostClaim } from './lost-claim.js'

export interface ReleaseRequest {
  readonly feature: string
  readonly workPackage: string
  readonly reason: string
  readonly provenance: Provenance
}

export interface ReleaseResult {
  readonly feature: string
  readonly work_package: string
  readonly old_status: string
  readonly new_status: string
  readonly event: LogEvent
}

/** Gives a package back: from its working lane to where the next one can claim it. */
@injectable()
export class Release {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(MoveRules) private readonly rules: MoveRules,
    @inject(LaneFiles) private readonly files: LaneFiles,
  ) {}

  /**
   * @throws KittyError UnknownWorkPackage; UsageError without a reason; LostRace if another holder has it;
   * StateTransitionError if no one works on it; the refusal's kind
   */
  async release(request: ReleaseRequest): Promise<ReleaseResult> {
    if (request.reason.trim() === '') throw needsReason(request)
    const made = await this.make(request)
    await this.rules.follow([made], 'released')
    const { feature, workPackage, from, to, event } = made
    return { feature, work_package: workPackage, old_status: from, new_status: to, event }
  }

  @Exclusive
  protected async make(request: ReleaseRequest): Promise<MadeMove> {
    const { events, repeated } = await this.decide({
      ...request,
      repeats: isThisRelease(request, this.workflow),
    })
    const made = madeMove(firstEvent('WPStatusChanged', events, request.provenance), repeated)
    await this.rules.follow([made], 'underLock')
    return made
  }

  @Emits
  protected async decide({
    feature,
    workPackage,
    reason,
    provenance,
  }: ReleaseRequest & Repeats): Promise<Decision> {
    const state = await knownWorkPackage(this.store, feature, workPackage)
    this.files.assertReachable(feature, workPackage)
    refuseLostClaim(state, provenance)
    this.#assertHeld(state, provenance)
    const { actor, session = null } = provenance
    const to = this.#laneBack(state)
    if (to === undefined) return decided([await this.#takenBack(state, reason)])
    const decision = this.rules.decide({ state, to, actor, session, reason, dependencies: [], force: false })
    if (decision.ok) return decided(decision.events)
    throw refusedMove({ table: this.workflow, state, refusal: decision.refusal, actor, earlier: undefined })
  }

  #assertHeld(state: WorkPackageState, provenance: Provenance): void {
    const isWorkedOn = this.workflow.working.includes(state.lane) && state.lane_actor !== null
    if (!isWorkedOn) throw notYours(state, false)
    if (isSameHolder(holderIn(state), holderOf(provenance))) return
    if (isSameActor(holderIn(state).actor, provenance.actor))
      throw heldInOtherSession(state, undefined, provenance.session)
    throw notYours(state, true)
  }

  /** The lane that it came from if the table leads back there, else the first lane. Undefined if neither is open. */
  #laneBack({ lane, previous_lane }: WorkPackageState): string | undefined {
    const { working, initial, done } = this.workflow
    const open = validTransitions(this.workflow, lane).filter(
      (to) => !working.includes(to) && !done.includes(to),
    )
    return [previous_lane, initial].find((to): to is string => to !== null && open.includes(to))
  }

  /** Where the table has no way back, a claim that still decides the lane is taken back. */
  async #takenBack(state: WorkPackageState, reason: string): Promise<NewEvent> {
    const [move] = await this.store.eventsOf([state.lane_event ?? ''])
    const decision = move === undefined ? undefined : undoMove(state, move)
    if (decision?.ok !== true || this.workflow.working.includes(decision.event.payload.new_status))
      throw noWayBack(state, this.workflow)
    const { payload } = decision.event
    return { ...decision.event, payload: { ...payload, reason } }
  }
}

/** True for moves out of a working lane, made without force and for the same reason. */
function isThisRelease(
  { feature, workPackage, reason, provenance }: ReleaseRequest,
  { working }: WorkflowTable,
): Repeats['repeats'] {
  return (earlier) =>
    earlier.every(
      (event) =>
        isMove(event) &&
        isOf(event, feature, workPackage) &&
        isOfSession(event, provenance) &&
        working.includes(event.payload.old_status) &&
        !working.includes(event.payload.new_status) &&
        event.payload.force !== true &&
        event.payload.reason === reason,
    )
}

function needsReason({ workPackage }: ReleaseRequest): KittyError {
  return new KittyError(
    'UsageError',
    `Giving back ${workPackage} needs a reason, which is kept with the event.`,
    {
      nextSteps: ['add --reason "why you stop here"'],
    },
  )
}

function noWayBack({ work_package_id, lane }: WorkPackageState, { name }: WorkflowTable): KittyError {
  return new KittyError(
    'StateTransitionError',
    `The ${name} workflow has no way back from ${lane} for ${work_package_id}.`,
    {
      nextSteps: [
        'move it on, or let the lease end: another holder can then take it over',
        'An owner can overrule.',
      ],
    },
  )
}
