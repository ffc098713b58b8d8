import { inject, injectable } from 'inversify'
import { Emits } from '../../../aspects/emits.js'
import { Exclusive } from '../../../aspects/exclusive.js'
import { SyncsDefinition } from '../../../aspects/syncs-definition.js'
import {
  compareEvents,
  isKittyEvent,
  isSameActor,
  isSameHolder,
  type LogEvent,
  movesFrom,
  type NewEvent,
  type WorkflowTable,
  type WorkPackageState,
} from '../../events-lib.js'
import type { EventDocument } from '../../projections/board-document.js'
import { eventDocument } from '../../projections/documents.js'
import { byId, dependencyLanes } from '../../projections/work-packages.js'
import type { MadeMove } from '../../rules/move-rule.js'
import { knownWorkPackage } from '../known-work-package.js'
import { holderIn, noWorkingLane } from '../claims/claim.js'
import { heldByAnother, heldInOtherSession } from '../claims/held.js'
import { Leases } from '../claims/leases.js'
import { refuseLostClaim } from '../claims/lost-claim.js'
import { holderOf } from '../../workspace/holder.js'
import { type EventOf, isMove, isOf, isOfSession, madeMove, type Repeats } from '../first-event.js'
import { refusedMove } from '../moves/move-refusal.js'
import { LaneFiles } from '../moves/lane-files.js'
import { PackageWorktree, type WorktreeRequest } from './package-worktree.js'
import { lookAt, placeOf, type WorkspaceLook, type WorkspacePlace } from './workspace-place.js'
import { EventStore, type Decision, decided } from '../../store/event-store.js'
import { Workflow } from '../../workspace/config.js'
import { Workspace } from '../../workspace/workspace.js'
import { MoveRules } from '../../rules/move-rules.js'
import { SyncDefinition } from '../definitions/sync-definition.js'
import { Recall } from '../recall.js'
import { Notices } from '../../errors/notices.js'
import { pathFromLog, placeInside, realPlace, repoPath } from '../../platform/paths.js'
import { toRun } from '../../errors/next-step.js'
import { packageName } from '../../specs/work-package-id.js'

export interface ImplementRequest extends WorktreeRequest {
  readonly feature: string
}

export interface ImplementResult {
  /** Absolute. */
  readonly workspace_path: string
  readonly branch: string | null
  /** False if the workspace already existed. */
  readonly created: boolean
  readonly events: readonly EventDocument[]
}

interface Claim extends ImplementRequest {
  readonly place: WorkspacePlace
  readonly look: WorkspaceLook
}

/**
 * Starts work on a package: moves it to the working lane and creates its own worktree.
 *
 * The events come first, since they decide between two callers who want the same package. If the program is killed
 * after them, the package is claimed but has no worktree, or half of one. The next call makes the rest.
 */
@injectable()
export class Implement {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(MoveRules) private readonly rules: MoveRules,
    @inject(Recall) private readonly recall: Recall,
    @inject(LaneFiles) private readonly files: LaneFiles,
    @inject(Notices) private readonly notices: Notices,
    @inject(PackageWorktree) private readonly worktree: PackageWorktree,
    @inject(Leases) private readonly leases: Leases,
    @inject(SyncDefinition) readonly syncDefinition: SyncDefinition,
  ) {}

  /**
   * @throws KittyError UnknownWorkPackage, LostRace (someone else is working on it), the refusal's kind, UnsafeSetup or
   * UsageError, all before anything is created; NotWritable if git could not create the worktree
   */
  async implement(request: ImplementRequest): Promise<ImplementResult> {
    const place = placeOf(this.workspace, request.feature, request.workPackage)
    await this.worktree.moveHalfMadeAside()
    const look = lookAt(this.workspace, place, request.base)
    const { events, moves } = await this.claim({ ...request, place, look })
    await this.rules.follow(moves, 'released')
    const { path, branch, created } = await this.worktree.make(request, place)
    return { workspace_path: path, branch, created, events: events.map(eventDocument) }
  }

  @Exclusive
  @SyncsDefinition
  protected async claim(claim: Claim): Promise<{ events: readonly LogEvent[]; moves: readonly MadeMove[] }> {
    const repeats: Repeats['repeats'] = (earlier) => this.#areThese(earlier, claim)
    const { events, repeated } = await this.decide({ ...claim, repeats })
    const moves = events.flatMap((event) => (isMove(event) ? madeMove(event, repeated) : []))
    await this.rules.follow(moves, 'underLock')
    return { events, moves }
  }

  @Emits
  protected async decide({
    feature,
    workPackage,
    place,
    look,
    provenance,
  }: Claim & Repeats): Promise<Decision> {
    const state = await knownWorkPackage(this.store, feature, workPackage)
    this.files.assertReachable(feature, workPackage)
    refuseLostClaim(state, provenance)
    const [to] = this.workflow.working
    if (to === undefined) throw noWorkingLane(this.workflow)
    if (this.workflow.working.includes(state.lane)) {
      const lease = await this.leases.ofOne(state)
      if (!isSameActor(holderIn(state).actor, provenance.actor)) throw heldByAnother(state, lease)
      if (!isSameHolder(holderIn(state), holderOf(provenance)))
        throw heldInOtherSession(state, lease, provenance.session)
      // If an earlier call was killed between the claim and the file, the file is behind.
      this.files.settle([state], new Set([workPackage]))
      return decided(this.#workspaceEvents(state, place, look))
    }
    if (look.state === 'whole' && this.#isHandedOver(state.lane)) {
      this.notices.warn(
        `${workPackage} is in ${state.lane} and stays there. To go on with it${toRun(['kitty', 'agent', 'tasks', 'move-task', packageName(feature, workPackage), '--to', to])}`,
      )
      return decided([])
    }
    const dependencies = dependencyLanes(state, byId(await this.store.boardRows(feature)))
    const { actor, session = null } = provenance
    const decision = this.rules.decide({ state, to, actor, session, force: false, dependencies })
    if (!decision.ok) {
      const { kind, requested_status, blockers } = decision.refusal
      const earlier = this.recall.earlier({ feature, workPackage, kind, to: requested_status, blockers })
      throw refusedMove({ table: this.workflow, state, refusal: decision.refusal, actor, earlier })
    }
    return decided([...this.#workspaceEvents(state, place, look), ...decision.events])
  }

  /** A workspace, a claim, or both; a claim alone only where the log had the workspace before it. */
  async #areThese(earlier: readonly LogEvent[], claim: Claim): Promise<boolean> {
    const { feature, workPackage } = claim
    const areParts = earlier.every((event) => isOf(event, feature, workPackage) && this.#isPart(event, claim))
    const [first] = earlier
    if (!areParts || first === undefined) return false
    if (earlier.some(isWorkspace)) return true
    const history = await this.store.history(feature, workPackage)
    return history.some((event) => isWorkspace(event) && compareEvents(event, first) < 0)
  }

  #isPart(event: LogEvent, { base, look, provenance }: Claim): boolean {
    // A branch is stored by its name, however it was given; by an earlier version as it was given.
    if (isWorkspace(event)) {
      const { base_branch = null } = event.payload
      return base === undefined || base_branch === look.base || base_branch === base
    }
    if (!isMove(event)) return false
    const { new_status, force, reason } = event.payload
    return (
      this.workflow.working.includes(new_status) &&
      isOfSession(event, provenance) &&
      force !== true &&
      (reason ?? null) === null
    )
  }

  /**
   * True if the package is finished or waiting for someone else's verdict. A caller who only asks where the workspace
   * is must not take it back.
   */
  #isHandedOver(lane: string): boolean {
    const { done } = this.workflow
    return done.includes(lane) || movesFrom(this.workflow, lane).some((move) => done.includes(move.to))
  }

  /** Paths are relative to the root, since other machines read the log too. */
  #workspaceEvents(state: WorkPackageState, place: WorkspacePlace, look: WorkspaceLook): NewEvent[] {
    const there = look.state === 'absent' ? { path: place.path, branch: place.name } : look.worktree
    const { root } = this.workspace
    const path = (placeInside(root, there.path) ?? repoPath(realPlace(root), realPlace(there.path))) || '.'
    const branch = there.branch ?? place.name
    const known = state.workspace === null ? undefined : pathFromLog(state.workspace.path)
    if (known === path && state.workspace?.branch === branch) return []
    const { feature_slug, work_package_id } = state
    const payload = {
      feature_slug,
      work_package_id,
      worktree_path: path,
      branch_name: branch,
      base_branch: look.base,
    }
    return [
      { event_type: 'WorkspaceCreated', entity_id: work_package_id, entity_type: 'WorkPackage', payload },
    ]
  }
}

function isWorkspace(event: LogEvent): event is EventOf<'WorkspaceCreated'> {
  return isKittyEvent(event) && event.event_type === 'WorkspaceCreated'
}
