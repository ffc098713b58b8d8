import { inject, injectable } from 'inversify'
import { Emits } from '../../aspects/emits.js'
import { Exclusive } from '../../aspects/exclusive.js'
import { TOKENS } from '../di/tokens.js'
import { KittyError } from '../errors/kitty-error.js'
import { decideMove, isKittyEvent, type LogEvent, type Refusal, resolveLane, type WorkflowTable, type WorkPackageState } from '../events-lib.js'
import { byId, dependencyLanes } from '../projections/work-packages.js'
import { type Decision, decided, type EventStore, type Provenance } from '../store/event-store.js'
import type { LaneFiles } from './lane-files.js'
import { keyIsTaken } from './key-is-taken.js'
import { knownWorkPackage } from './known-work-package.js'

export interface MoveRequest {
  readonly feature: string
  readonly workPackage: string
  readonly to: string
  readonly reason?: string | undefined
  readonly force: boolean
  /** Refused with LostRace unless this is its lane now. */
  readonly expect?: string | undefined
  readonly provenance: Provenance
}

export interface MoveResult {
  readonly feature: string
  readonly work_package: string
  readonly old_status: string
  readonly new_status: string
  readonly event: LogEvent
}

/** Moves one work package to another lane. */
@injectable()
export class MoveTask {
  constructor(
    @inject(TOKENS.EventStore) private readonly store: EventStore,
    @inject(TOKENS.Workflow) private readonly workflow: WorkflowTable,
    @inject(TOKENS.LaneFiles) private readonly laneFiles: LaneFiles,
  ) {}

  /**
   * The event first, the file's `lane:` line after it.
   * @throws KittyError UnknownWorkPackage, UsageError (no such lane), LostRace, or the refusal's kind.
   */
  @Exclusive
  async move(request: MoveRequest): Promise<MoveResult> {
    for (const lane of [request.to, request.expect]) if (lane !== undefined) assertLane(this.workflow, lane)
    const { events } = await this.decide(request)
    const states = await this.store.workPackages(request.feature)
    this.laneFiles.settle(states, new Set([request.workPackage]))
    return resultOf(request, events)
  }

  @Emits
  protected async decide(request: MoveRequest): Promise<Decision> {
    const { feature, workPackage, to, reason, force, provenance } = request
    const states = byId(await this.store.workPackages(feature))
    const state = knownWorkPackage(states, feature, workPackage)
    assertExpected(state, request.expect)
    if (force && (reason === undefined || reason.trim() === '')) throw forceNeedsReason(workPackage)
    const dependencies = dependencyLanes(state, states)
    const decision = decideMove(this.workflow, { state, to, actor: provenance.actor, force, dependencies, ...(reason !== undefined && { reason }) })
    if (!decision.ok) throw refused(state, decision.refusal)
    return decided(decision.events)
  }
}

function assertLane(workflow: WorkflowTable, lane: string): void {
  if (resolveLane(workflow, lane) !== undefined) return
  throw new KittyError('UsageError', `There is no lane ${JSON.stringify(lane.slice(0, 60))}.`, {
    nextSteps: [`Lanes: ${workflow.lanes.join(', ')}`],
    context: { lane, lanes: workflow.lanes },
  })
}

function assertExpected(state: WorkPackageState, expected: string | undefined): void {
  if (expected === undefined || state.lane === expected) return
  const who = state.lane_actor === null ? '' : `: ${state.lane_actor} moved it there at ${state.lane_since ?? 'an unknown time'}`
  throw new KittyError('LostRace', `${state.work_package_id} is in ${state.lane}, not in ${expected}${who}.`, {
    nextSteps: [`kitty agent tasks show ${state.work_package_id}`, 'kitty agent tasks ready'],
    context: {
      feature_slug: state.feature_slug,
      work_package: state.work_package_id,
      expected,
      current_status: state.lane,
      moved_by: state.lane_actor,
      moved_at: state.lane_since,
      event_id: state.lane_event,
    },
  })
}

function forceNeedsReason(workPackage: string): KittyError {
  return new KittyError('UsageError', `Moving ${workPackage} by force needs a reason, which is kept with the event.`, {
    nextSteps: ['add --reason "why the rules do not apply here"'],
  })
}

/** What a decider answers to a move the workflow does not let pass. */
export function refused(state: WorkPackageState, refusal: Refusal): KittyError {
  const { kind, message, current_status, requested_status, valid_transitions, blockers } = refusal
  const lanes = valid_transitions.map((lane) => `kitty agent tasks move-task ${state.work_package_id} --to ${lane}`)
  const byForce = `or overrule it: --to ${requested_status} --force --reason "…"`
  return new KittyError(kind, message, {
    nextSteps: current_status === requested_status ? lanes : [...(blockers.length > 0 ? [] : lanes), byForce],
    context: {
      feature_slug: state.feature_slug,
      work_package: state.work_package_id,
      current_status,
      requested_status,
      valid_transitions,
      blockers,
    },
  })
}

function resultOf(request: MoveRequest, events: readonly LogEvent[]): MoveResult {
  const event = events.find((candidate) => candidate.event_type === 'WPStatusChanged')
  if (event === undefined || !isKittyEvent(event) || event.event_type !== 'WPStatusChanged') throw keyIsTaken(request.provenance)
  const { feature_slug, old_status, new_status } = event.payload
  return { feature: feature_slug, work_package: event.entity_id, old_status, new_status, event }
}
