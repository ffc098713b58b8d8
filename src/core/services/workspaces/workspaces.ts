import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import type { WorkflowTable, WorkPackageState } from '../../events-lib.js'
import type { WorkspaceDocument } from '../../projections/board-document.js'
import { Notices } from '../../errors/notices.js'
import { assertReachable } from '../../files/work-tree.js'
import { currentBranch } from '../../git/branch.js'
import { branchRefs } from '../../git/branch-refs.js'
import { askGitText, git, GitRefusal, gitText } from '../../git/git.js'
import { gitDirOf } from '../../git/merge-branch.js'
import { keepSubmodules, recordOf, submodulesIn } from '../../git/worktree-record.js'
import { operationUnderWay } from '../../git/under-way.js'
import {
  type GitWorktree,
  hasLooseCommits,
  hiddenChangesIn,
  isHalfMade,
  listWorktrees,
  mergedBranches,
  uncommittedIn,
} from '../../git/worktrees.js'
import { knownWorkPackage } from '../known-work-package.js'
import { placeOf, worktreeAt } from './workspace-place.js'
import {
  holdsTheOnlyCopy,
  inWork,
  isLocked,
  notMoved,
  nothingToRemove,
  notRemoved,
  type OnlyCopy,
  youAreInIt,
} from './workspace-refusals.js'
import { EventStore } from '../../store/event-store.js'
import { Workflow } from '../../workspace/config.js'
import { Workspace } from '../../workspace/workspace.js'
import { Session } from '../../workspace/session.js'
import { LockOf } from '../../lock/write-lock.js'
import { isSamePlace, pathFromLog, pathInside } from '../../platform/paths.js'
import { renameOver } from '../../platform/rename-over.js'
import { makeFolder } from '../../git/shared-folder.js'
import { removeFile } from '../../platform/remove-path.js'
import { packageName } from '../../specs/work-package-id.js'

export interface RemoveRequest {
  readonly feature: string
  readonly workPackage: string
  readonly force: boolean
  readonly actor: string
}

export interface RemoveResult {
  readonly workspace_path: string
  /** The branch is kept as it is, since its commits are nowhere else. */
  readonly branch: string | null
  readonly removed: boolean
  /** Where content that no commit has was moved. Null if there was none. */
  readonly kept_in: string | null
  /** Refs that hold what was staged, or committed on no branch. */
  readonly kept_refs: readonly string[]
}

/** The worktrees of work packages: which exist, which are stale, and removing one. */
@injectable()
export class Workspaces {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Session) private readonly session: Session,
    @inject(LockOf) private readonly lockOf: LockOf,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /**
   * Computed from git's worktrees and the log, so nothing needs to be stored. Lists existing worktrees, and those that
   * a package in work should have.
   */
  async list(feature?: string): Promise<WorkspaceDocument[]> {
    const { root } = this.workspace
    const worktrees = listWorktrees(root)
    const states = await this.store.workPackages(feature)
    const found = states.map((state) => ({ state, worktree: this.#worktreeOf(state, worktrees) }))
    const branches = new Set(found.flatMap(({ worktree }) => worktree?.branch ?? []))
    // An event names a base, so this clone may never have had the branch.
    const bases = new Set(states.flatMap((state) => state.workspace?.base_branch ?? []))
    const here = currentBranch(this.workspace.logGitDir)
    const merged = mergedBranches(root, branches, [
      here === undefined ? 'HEAD' : `refs/heads/${here}`,
      ...[...bases].flatMap((base) => branchRefs(root, base)),
    ])
    return found.flatMap(({ state, worktree }) => this.#document(state, worktree, merged) ?? [])
  }

  /**
   * Removes a worktree and leaves its branch. Moves whatever exists only there aside instead of deleting it.
   * @throws KittyError ValidationError (something in it exists nowhere else), StateTransitionError (someone is working
   * on the package), UsageError, NotWritable
   */
  async remove(request: RemoveRequest): Promise<RemoveResult> {
    const { feature, workPackage, force } = request
    await knownWorkPackage(this.store, feature, workPackage)
    const name = `${feature}-${workPackage}`
    const held = await this.lockOf(name).acquire(`remove the worktree of ${name}`)
    try {
      // Not before: while this waited, someone may have taken the package and made the worktree for it.
      const state = await knownWorkPackage(this.store, feature, workPackage)
      const worktree = this.#removable(state, request)
      const only = this.#onlyIn(worktree)
      const isClean = isNothing(only)
      if (!isClean && !force) throw holdsTheOnlyCopy(workPackage, worktree, only)
      const kept = isClean ? NOTHING_KEPT : this.#keep(name, worktree, only)
      this.#forget(worktree, force)
      return { workspace_path: worktree.path, branch: worktree.branch ?? null, removed: true, ...kept }
    } finally {
      held.release()
    }
  }

  #worktreeOf(state: WorkPackageState, worktrees: readonly GitWorktree[]): GitWorktree | undefined {
    const { root, worktreesDir } = this.workspace
    const { work_package_id, feature_slug } = state
    const name = `${feature_slug}-${work_package_id}`
    return worktreeAt(root, { name, path: join(worktreesDir, name) }, worktrees)
  }

  #document(
    state: WorkPackageState,
    worktree: GitWorktree | undefined,
    merged: ReadonlySet<string>,
  ): WorkspaceDocument | undefined {
    const exists = worktree?.exists ?? false
    const isInWork = this.workflow.working.includes(state.lane)
    // Skip a worktree that was removed after its package was finished.
    if (!exists && !(state.workspace !== null && isInWork) && worktree === undefined) return undefined
    const branch = worktree?.branch ?? state.workspace?.branch ?? null
    const stale = [
      ...(exists ? [] : ['worktree_missing']),
      ...(worktree !== undefined && isHalfMade(worktree) ? ['half_made'] : []),
      ...(branch !== null && merged.has(branch) ? ['branch_merged'] : []),
      ...(this.workflow.done.includes(state.lane) ? ['package_done'] : []),
    ]
    return {
      feature: state.feature_slug,
      work_package: state.work_package_id,
      workspace_path: worktree?.path ?? join(this.workspace.root, pathFromLog(state.workspace?.path ?? '')),
      branch,
      base_branch: state.workspace?.base_branch ?? null,
      exists,
      lane: state.lane,
      actor: state.lane_actor,
      uncommitted: exists && worktree !== undefined ? uncommittedIn(worktree.path).changes.length : null,
      stale,
    }
  }

  #removable(state: WorkPackageState, { feature, workPackage, force, actor }: RemoveRequest): GitWorktree {
    assertReachable(this.workspace.root, placeOf(this.workspace, feature, workPackage).path)
    const worktree = this.#worktreeOf(state, listWorktrees(this.workspace.root))
    if (worktree === undefined || isSamePlace(worktree.path, this.workspace.root))
      throw nothingToRemove(feature, workPackage)
    if (pathInside(worktree.path, this.session.cwd) !== undefined)
      throw youAreInIt(worktree, this.workspace.root, packageName(feature, workPackage))
    if (worktree.locked !== undefined && !isHalfMade(worktree)) throw isLocked(worktree)
    const isSomebodyElses = this.workflow.working.includes(state.lane) && state.lane_actor !== actor
    if (isSomebodyElses && !force) throw inWork(state)
    return worktree
  }

  #onlyIn(worktree: GitWorktree): OnlyCopy {
    const { path, exists } = worktree
    const record = recordOf(this.workspace.gitCommonDir, path)
    const submodules = record === undefined ? undefined : submodulesIn(record)
    if (!exists) return { ...NOTHING, submodules }
    return {
      ...uncommittedIn(path),
      hidden: hiddenChangesIn(path),
      loose: hasLooseCommits(worktree),
      operation: operationUnderWay(gitDirOf(path)),
      submodules,
    }
  }

  /** Keeps the files as they are, and what only git knows about: the index, and commits on no branch. */
  #keep(
    name: string,
    { path, exists }: GitWorktree,
    { loose, submodules }: OnlyCopy,
  ): Pick<RemoveResult, 'kept_in' | 'kept_refs'> {
    const { root, privateDir } = this.workspace
    const mark = `${name}-${this.session.now().toISOString().replaceAll(/[:.]/g, '')}`
    const refs: string[] = []
    const keepRef = (ref: string, commit: string): void => {
      if (commit === '') return
      git(root, ['update-ref', `refs/kitty/removed/${mark}/${ref}`, commit])
      refs.push(`refs/kitty/removed/${mark}/${ref}`)
    }
    // The format of a stash without creating one: git-stash(1), "create". It fails if files are unmerged; those are
    // moved with the folder.
    const identity = ['-c', 'user.name=kitty', '-c', 'user.email=kitty@localhost']
    if (exists)
      keepRef(
        'changes',
        askGitText(path, [...identity, 'stash', 'create', `kitty workspaces remove ${name}`]) ?? '',
      )
    if (loose) keepRef('head', gitText(path, ['rev-parse', 'HEAD']))
    const folder = join(privateDir, 'removed', mark)
    try {
      makeFolder(join(privateDir, 'removed'))
      if (exists) renameOver(path, folder)
      // It points to a record that git is about to drop. Without it a plain folder remains.
      removeFile(join(folder, '.git'))
      if (submodules !== undefined) this.#keepSubmodules(submodules, folder)
    } catch (error) {
      throw notMoved(error, path, folder)
    }
    return { kept_in: folder, kept_refs: refs }
  }

  /** In `.git`, a name that no file of the worktree can have. */
  #keepSubmodules(submodules: string, folder: string): void {
    const kept = join(folder, '.git', 'modules')
    keepSubmodules(submodules, kept)
    this.notices.warn(
      `The repositories of its submodules, with the commits that only they have, are in ${kept}.`,
    )
  }

  #forget({ path, locked }: GitWorktree, force: boolean): void {
    const { root } = this.workspace
    try {
      if (locked !== undefined) git(root, ['worktree', 'unlock', path])
      git(root, ['worktree', 'remove', ...(force ? ['--force'] : []), path])
    } catch (error) {
      if (!(error instanceof GitRefusal)) throw error
      throw notRemoved(error, path)
    }
  }
}

function isNothing({ changes, ignoredFiles, hidden, loose, operation, submodules }: OnlyCopy): boolean {
  const files = changes.length + ignoredFiles.length + hidden.length
  return files === 0 && !loose && operation === undefined && submodules === undefined
}

const NOTHING: OnlyCopy = {
  changes: [],
  ignoredFiles: [],
  hidden: [],
  loose: false,
  operation: undefined,
  submodules: undefined,
}
const NOTHING_KEPT = { kept_in: null, kept_refs: [] }
