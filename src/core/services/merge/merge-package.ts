import { inject, injectable } from 'inversify'
import { beginning } from '../../errors/beginning.js'
import { isKittyError } from '../../errors/kitty-error.js'
import { Notices } from '../../errors/notices.js'
import type { WorkflowTable, WorkPackageState } from '../../events-lib.js'
import { GitRefusal, resolveCommit } from '../../git/git.js'
import { branchTip, revisionOf } from '../../git/branch-refs.js'
import {
  canTryMerges,
  finishMerge,
  forgetMerge,
  gitDirOf,
  isInterrupted,
  isMerged,
  mergeBranch,
  stagedIn,
  tryMerge,
} from '../../git/merge-branch.js'
import { overwrittenBy } from '../../git/overwritten.js'
import { indexIsFree, operationUnderWay } from '../../git/under-way.js'
import { type GitWorktree, listWorktrees, uncommittedIn } from '../../git/worktrees.js'
import { LockOf } from '../../lock/write-lock.js'
import type { EventDocument } from '../../projections/board-document.js'
import { eventDocument } from '../../projections/documents.js'
import { laneOfWord } from '../../rules/lane-words.js'
import { EventStore, type Provenance } from '../../store/event-store.js'
import { Config } from '../../workspace/config.js'
import { Workspace } from '../../workspace/workspace.js'
import { indexInUse } from '../commit/commit-refusals.js'
import { knownWorkPackage } from '../known-work-package.js'
import * as refusal from './merge-refusals.js'
import { MoveTask, type MovesRequest } from '../moves/move-task.js'
import { placeOf, worktreeAt } from '../workspaces/workspace-place.js'
import { Workspaces } from '../workspaces/workspaces.js'

export interface MergeRequest {
  readonly feature: string
  readonly workPackage: string
  /** Passed on to the move. */
  readonly reviewRef?: string | undefined
  readonly evidence?: string | undefined
  readonly provenance: Provenance
}

export interface MergeResult {
  readonly feature: string
  readonly work_package: string
  readonly branch: string
  readonly base: string
  /** The base's commit afterwards. */
  readonly commit: string | null
  /** False if the branch had been merged before. */
  readonly merged: boolean
  /** The move to done; null if it had been made before. */
  readonly event: EventDocument | null
  /** The worktree that was removed; null if there was none, or it had to stay. */
  readonly removed: string | null
}

/** What the merge is about. */
interface Branches {
  readonly branch: string
  /** The branch's commit, which is what is judged and merged. */
  readonly tip: string
  readonly base: string
  readonly worktree: GitWorktree | undefined
  readonly message: string
}

/** How long another git may hold the index of the base's checkout, in milliseconds. */
const PATIENCE_MS = 2_000

/**
 * Merges a package's branch into its base, moves the package to done and removes its worktree. Everything is judged
 * before anything changes; killed at any step, the next call goes on.
 */
@injectable()
export class MergePackage {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Config) private readonly config: Config,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(MoveTask) private readonly task: MoveTask,
    @inject(Workspaces) private readonly workspaces: Workspaces,
    @inject(LockOf) private readonly lockOf: LockOf,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /**
   * @throws KittyError the refusal's kind of the move to done; ValidationError for a conflict, a checkout that is not
   * ready, work that is not committed, an old git, and with `"merge": {"by": "forge"}`
   */
  async merge(request: MergeRequest): Promise<MergeResult> {
    const { feature, workPackage } = request
    // One for all packages, since they share their base's checkout.
    const held = await this.lockOf('merge').acquire(`merge ${feature}/${workPackage}`)
    try {
      const state = await knownWorkPackage(this.store, feature, workPackage)
      const branches = this.#branches(state)
      const isDone = this.config.workflow.done.includes(state.lane)
      const isMade = (await this.task.madeBefore(this.#moves(request))).length > 0
      // Opened again since: the answer is what was done then, and work that came later stays where it is.
      const isOver = isMade && !isDone
      if (!isDone && !isOver) await this.#judge(state, request)
      const merged = isOver ? false : await this.#merge(state, branches)
      if (!isOver) this.#assertInBase(state, branches)
      const event = isDone ? null : await this.#move(request)
      const removed = isOver ? null : await this.#remove(request, branches)
      const { branch, base } = branches
      const commit = resolveCommit(this.workspace.root, `refs/heads/${base}`) ?? null
      return { feature, work_package: workPackage, branch, base, commit, merged, event, removed }
    } finally {
      held.release()
    }
  }

  #branches(state: WorkPackageState): Branches {
    const { feature_slug, work_package_id, workspace, title } = state
    const { root } = this.workspace
    const place = placeOf(this.workspace, feature_slug, work_package_id)
    const worktree = worktreeAt(root, place, listWorktrees(root))
    const branch = worktree?.branch ?? workspace?.branch ?? place.name
    const tip = branchTip(root, branch)
    if (workspace === null || tip === undefined) throw refusal.noBranch(state, branch)
    if (this.config.merge.by === 'forge') {
      if (this.config.workflow.done.includes(state.lane))
        throw refusal.doneByForge(state, branch, worktree?.exists === true)
      const revision = revisionOf(root, branch)
      throw refusal.byForge(state, { branch, revision }, worktree?.path ?? root)
    }
    const base = workspace.base_branch
    if (base === null || branchTip(root, base) === undefined) throw refusal.noBase(state, base)
    const line = beginning((title ?? '').replaceAll(/\s+/g, ' '), 100)
    const message = `Merge ${work_package_id} of ${feature_slug}${line === '' ? '' : `: ${line}`}`
    return { branch, tip, base, worktree, message }
  }

  /** Whether the package may go to done. Writes nothing. */
  async #judge(state: WorkPackageState, request: MergeRequest): Promise<void> {
    if (state.conflicts.length > 0) throw refusal.openConflicts(state)
    await this.task.judge(this.#moves(request))
  }

  /** @returns false if the branch was merged before */
  async #merge(state: WorkPackageState, branches: Branches): Promise<boolean> {
    const { branch, tip, base, worktree, message } = branches
    const { root } = this.workspace
    if (worktree?.exists === true) {
      // Its commits may not be on the branch yet, and only git's record of the worktree knows what is left to do.
      const begun = operationUnderWay(gitDirOf(worktree.path))
      if (begun !== undefined) throw refusal.busy(worktree.path, begun)
      const { changes } = uncommittedIn(worktree.path)
      if (changes.length > 0) throw refusal.notCommitted(state, worktree.path, changes)
    }
    const checkout = listWorktrees(root).find((one) => one.exists && one.branch === base)?.path
    const isIn = isMerged(root, tip, `refs/heads/${base}`)
    if (checkout !== undefined && isInterrupted(checkout, tip, message)) {
      if (isIn) forgetMerge(checkout)
      else this.#asGit(() => finishMerge(checkout), branch, checkout)
      return true
    }
    if (isIn) return false
    if (checkout === undefined) throw refusal.noCheckout(state, base, root)
    const { version, can } = canTryMerges(root)
    if (!can) throw refusal.oldGit(state, version, checkout, { branch, revision: revisionOf(root, branch) })
    const gitDir = gitDirOf(checkout)
    const operation = operationUnderWay(gitDir)
    if (operation !== undefined) throw refusal.busy(checkout, operation)
    if (!(await indexIsFree(gitDir, PATIENCE_MS))) throw indexInUse(gitDir)
    const trial = tryMerge(checkout, `refs/heads/${base}`, tip)
    if (!trial.isClean)
      throw refusal.conflicting(state, { ...branches, baseRevision: revisionOf(root, base) }, trial.conflicts)
    const staged = stagedIn(checkout)
    if (staged.length > 0) throw refusal.dirty(checkout, staged, 'staged')
    const touched = new Set(trial.touched)
    const dirty = uncommittedIn(checkout).changes.filter(
      (path) =>
        touched.has(path) || (path.endsWith('/') && trial.touched.some((one) => one.startsWith(path))),
    )
    if (dirty.length > 0) throw refusal.dirty(checkout, dirty, 'changed')
    const overwritten = overwrittenBy(checkout, trial)
    if (overwritten.length > 0) throw refusal.overwritten(checkout, overwritten)
    this.#asGit(() => mergeBranch(checkout, tip, message), branch, checkout)
    return true
  }

  /** A hook, or someone in the worktree, may have added to the branch while it was merged. */
  #assertInBase(state: WorkPackageState, { branch, base }: Branches): void {
    const now = branchTip(this.workspace.root, branch)
    if (now === undefined || !isMerged(this.workspace.root, now, `refs/heads/${base}`))
      throw refusal.notInBase(state, branch, base)
  }

  #asGit(work: () => void, branch: string, checkout: string): void {
    try {
      work()
    } catch (error) {
      throw error instanceof GitRefusal ? refusal.notMerged(error, branch, checkout) : error
    }
  }

  async #move(request: MergeRequest): Promise<EventDocument> {
    const [moved] = await this.task.moveAll(this.#moves(request))
    if (moved === undefined) throw new Error(`no move of ${request.workPackage} after it was made`)
    return eventDocument(moved.event)
  }

  #moves({ workPackage, ...request }: MergeRequest): MovesRequest {
    const table: WorkflowTable = this.config.workflow
    const to = laneOfWord('done', table)
    if (to === undefined) throw refusal.noDoneLane(table)
    return { ...request, workPackages: [workPackage], to, force: false }
  }

  /** The package is done by now, so what keeps its worktree is only worth a warning. */
  async #remove(
    { feature, workPackage, provenance }: MergeRequest,
    { worktree }: Branches,
  ): Promise<string | null> {
    if (worktree === undefined) return null
    try {
      const { actor } = provenance
      const { workspace_path } = await this.workspaces.remove({ feature, workPackage, force: false, actor })
      return workspace_path
    } catch (error) {
      if (!isKittyError(error)) throw error
      const [step] = error.nextSteps
      this.notices.warn(
        `${worktree.path} stays: ${error.message}${step === undefined ? '' : ` ${step.text}`}`,
      )
      return null
    }
  }
}
