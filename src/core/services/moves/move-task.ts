import { inject, injectable } from 'inversify'
import { Emits } from '../../../aspects/emits.js'
import { Exclusive } from '../../../aspects/exclusive.js'
import { SyncsDefinition } from '../../../aspects/syncs-definition.js'
import { assertSameOperation } from '../../errors/key-is-taken.js'
import { KittyError } from '../../errors/kitty-error.js'
import {
  type DependencyLane,
  type LogEvent,
  resolveLane,
  type WorkflowTable,
  type WorkPackageState,
} from '../../events-lib.js'
import type { MadeMove } from '../../rules/move-rule.js'
import { knownLane } from './known-lane.js'
import { refuseLostClaim } from '../claims/lost-claim.js'
import {
  type EventOf,
  firstEvent,
  isMove,
  isOf,
  isOfSession,
  madeMove,
  type Repeats,
} from '../first-event.js'
import { knownWorkPackage } from '../known-work-package.js'
import { LaneFiles } from './lane-files.js'
import { refusedMove } from './move-refusal.js'
import { EventStore, type Decision, decided, type Draft, type Provenance } from '../../store/event-store.js'
import { Workflow } from '../../workspace/config.js'
import { givenWith, MoveRules } from '../../rules/move-rules.js'
import { SyncDefinition } from '../definitions/sync-definition.js'
import { Recall } from '../recall.js'
import { shownCommand } from '../../errors/next-step.js'
import { nameOfPackage } from '../../specs/work-package-id.js'

export interface MoveRequest {
  readonly feature: string
  readonly workPackage: string
  readonly to: string
  readonly reason?: string | undefined
  readonly force: boolean
  /** The review that the move answers, if the workflow asks for one. Stored in the event. */
  readonly reviewRef?: string | undefined
  /** Proof of the work and its approval, in words, if the workflow asks for it. Stored in the event. */
  readonly evidence?: string | undefined
  /** Refuses the move with LostRace unless the package is in this lane now. */
  readonly expect?: string | undefined
  readonly provenance: Provenance
}

/** The lane of a package of the feature; null if there is no such package. */
type LaneOf = (workPackage: string) => Promise<string | null>

/** Several packages of one feature, moved in one append. */
export interface MovesRequest extends Omit<MoveRequest, 'workPackage'> {
  readonly workPackages: readonly string[]
}

export interface MoveResult {
  readonly feature: string
  readonly work_package: string
  readonly old_status: string
  readonly new_status: string
  readonly event: LogEvent
}

/** Moves work packages to another lane. */
@injectable()
export class MoveTask {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(MoveRules) private readonly rules: MoveRules,
    @inject(Recall) private readonly recall: Recall,
    @inject(LaneFiles) private readonly files: LaneFiles,
    @inject(SyncDefinition) readonly syncDefinition: SyncDefinition,
  ) {}

  /**
   * Writes the event first, then what follows from it: the file's `lane:` line, and plugins.
   * @throws KittyError UnknownWorkPackage, UsageError (no such lane), LostRace, or the refusal's kind
   */
  async move({ workPackage, ...request }: MoveRequest): Promise<MoveResult> {
    const [moved] = await this.moveAll({ ...request, workPackages: [workPackage] })
    // Cast: one package gives one move.
    return moved as MoveResult
  }

  /**
   * Moves all of the packages, or none: the events go into one append, and one refusal refuses them all.
   * @throws KittyError as `move`, of the first package that is refused
   */
  async moveAll(request: MovesRequest): Promise<MoveResult[]> {
    for (const lane of [request.to, request.expect]) if (lane !== undefined) knownLane(this.workflow, lane)
    const moves = await this.make(request)
    await this.rules.follow(moves, 'released')
    return moves.map(({ feature, workPackage, from, to, event }) => ({
      feature,
      work_package: workPackage,
      old_status: from,
      new_status: to,
      event,
    }))
  }

  /**
   * The events of an earlier run of `moveAll` with the same key; none without one.
   * @throws KittyError UsageError if the key was used for something else
   */
  async madeBefore(request: MovesRequest): Promise<readonly LogEvent[]> {
    const { provenance } = request
    const { causationId } = provenance
    const earlier = causationId === null ? [] : await this.store.causedBy(causationId)
    if (causationId === null || earlier.length === 0) return []
    const repeats = areTheseMoves(request, this.workflow)
    await assertSameOperation(causationId, earlier, { provenance, repeats })
    return earlier
  }

  /** Refuses what `moveAll` would refuse now, and writes nothing. @throws KittyError as `move` */
  @Exclusive
  @SyncsDefinition
  async judge({ workPackages, ...request }: MovesRequest): Promise<void> {
    const laneOf = this.#lanes(request.feature)
    for (const workPackage of workPackages) await this.#drafts({ ...request, workPackage }, laneOf)
  }

  @Exclusive
  @SyncsDefinition
  protected async make(request: MovesRequest): Promise<MadeMove[]> {
    const { events, repeated } = await this.decide({
      ...request,
      repeats: areTheseMoves(request, this.workflow),
    })
    const moves = request.workPackages.map((id) => {
      const own = events.filter((event) => event.entity_id === id)
      return madeMove(firstEvent('WPStatusChanged', own, request.provenance), repeated)
    })
    await this.rules.follow(moves, 'underLock')
    return moves
  }

  @Emits
  protected async decide({ workPackages, ...request }: MovesRequest & Repeats): Promise<Decision> {
    const drafts: Draft[] = []
    const laneOf = this.#lanes(request.feature)
    for (const workPackage of workPackages)
      drafts.push(...(await this.#drafts({ ...request, workPackage }, laneOf)))
    return decided(drafts)
  }

  /** Reads each package once that others wait for, and no other one of the feature. */
  #lanes(feature: string): LaneOf {
    const known = new Map<string, string | null>()
    return async (id) => {
      const lane = known.get(id) ?? (await this.store.workPackage(feature, id))?.lane ?? null
      known.set(id, lane)
      return lane
    }
  }

  async #drafts(request: MoveRequest, laneOf: LaneOf): Promise<readonly Draft[]> {
    const { feature, workPackage, to, reason, force, reviewRef, evidence, provenance } = request
    const { actor, session = null } = provenance
    const state = await knownWorkPackage(this.store, feature, workPackage)
    this.files.assertReachable(feature, workPackage)
    if (!force) refuseLostClaim(state, provenance)
    if (request.expect !== undefined) assertExpected(state, knownLane(this.workflow, request.expect))
    if (force && (reason === undefined || reason.trim() === '')) throw forceNeedsReason(workPackage)
    const dependencies: DependencyLane[] = []
    for (const id of state.dependencies) dependencies.push({ id, lane: await laneOf(id) })
    const question = {
      state,
      to,
      actor,
      session,
      force,
      dependencies,
      evidence: evidence ?? null,
    }
    const decision = this.rules.decide({ ...question, reason: reason ?? null, review_ref: reviewRef ?? null })
    if (decision.ok) return decision.events
    // A command killed between its event and the file leaves the file behind. Its repeat passes through here.
    this.files.settle([state], new Set([workPackage]))
    const { kind, requested_status, blockers } = decision.refusal
    const earlier = this.recall.earlier({ feature, workPackage, kind, to: requested_status, blockers })
    throw refusedMove({ table: this.workflow, state, refusal: decision.refusal, actor, earlier })
  }
}

/** True if the events move the same packages, and no others, in the same way. */
function areTheseMoves(request: MovesRequest, table: WorkflowTable): Repeats['repeats'] {
  const { feature, workPackages } = request
  return (earlier) =>
    earlier.every(
      (event) =>
        isMove(event) &&
        workPackages.some((workPackage) => isOf(event, feature, workPackage)) &&
        isThisMove(event, request, table),
    ) && workPackages.every((workPackage) => earlier.some((event) => isOf(event, feature, workPackage)))
}

function isThisMove(
  event: EventOf<'WPStatusChanged'>,
  { to, reason, force, reviewRef, evidence, expect, provenance }: MovesRequest,
  table: WorkflowTable,
): boolean {
  const { payload } = event
  return (
    payload.new_status === resolveLane(table, to) &&
    (expect === undefined || payload.old_status === resolveLane(table, expect)) &&
    (payload.reason ?? null) === (reason ?? null) &&
    (payload.force ?? false) === force &&
    givenWith(payload, 'review_reference') === said(reviewRef) &&
    givenWith(payload, 'evidence') === said(evidence) &&
    // Elsewhere the move makes no one a holder, and an agent may repeat it in its next session.
    (!table.working.includes(payload.new_status) || isOfSession(event, provenance))
  )
}

function said(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text
}

function assertExpected(state: WorkPackageState, expected: string | undefined): void {
  if (expected === undefined || state.lane === expected) return
  const who =
    state.lane_actor === null
      ? ''
      : `: ${state.lane_actor} moved it there at ${state.lane_since ?? 'an unknown time'}`
  throw new KittyError(
    'LostRace',
    `${state.work_package_id} is in ${state.lane}, not in ${expected}${who}.`,
    {
      nextSteps: [
        ...shownCommand(['kitty', 'show', nameOfPackage(state)]),
        ...shownCommand(['kitty', 'ready']),
      ],
      context: {
        feature_slug: state.feature_slug,
        work_package: state.work_package_id,
        expected,
        current_status: state.lane,
        moved_by: state.lane_actor,
        moved_at: state.lane_since,
        event_id: state.lane_event,
      },
    },
  )
}

function forceNeedsReason(workPackage: string): KittyError {
  return new KittyError(
    'UsageError',
    `Moving ${workPackage} by force needs a reason, which is kept with the event.`,
    {
      nextSteps: ['add --reason "why the rules do not apply here"'],
    },
  )
}
