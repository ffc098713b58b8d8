import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject, injectable } from 'inversify'
import type { KittyError } from '../../errors/kitty-error.js'
import { Notices } from '../../errors/notices.js'
import { toRun } from '../../errors/next-step.js'
import { askGitText, git, GitRefusal } from '../../git/git.js'
import { BEFORE_COMMIT } from '../../git/hooks.js'
import { branchOf, followCommit, OwnIndex, parentOf, takeBack } from '../../git/own-index.js'
import { indexIsFree, operationUnderWay } from '../../git/under-way.js'
import { LockOf } from '../../lock/write-lock.js'
import { EventStore } from '../../store/event-store.js'
import { Workspace } from '../../workspace/workspace.js'
import { ChooseFiles, type CommitChoice } from './commit-choice.js'
import { duringOperation, indexInUse, noBranch, notPushed } from './commit-refusals.js'
import { CommitState } from './commit-state.js'
import { refusedByGit } from '../refused-commit.js'
import { PendingCommit } from './pending-commit.js'
import { counted } from '../../errors/counted.js'

export interface CommitRequest {
  /** Default: how many events or files it records. */
  readonly message?: string | undefined
  readonly push: boolean
  /** Take also what people changed below kitty-specs. */
  readonly withEdits: boolean
}

export interface CommitResult extends CommitChoice {
  readonly branch: string
  /** Null if there was nothing to commit. */
  readonly commit: string | null
  readonly pushed: boolean
}

/** In milliseconds: how long another git may hold the index before and after the commit. */
const PATIENCE_MS = 2_000
const TRIES = 5

/** Commits what kitty wrote, and nothing else, without touching what the user has staged. */
@injectable()
export class CommitBoard {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(ChooseFiles) private readonly choice: ChooseFiles,
    @inject(CommitState) private readonly state: CommitState,
    @inject(PendingCommit) private readonly pending: PendingCommit,
    @inject(LockOf) private readonly lockOf: LockOf,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /**
   * In the primary checkout, on the branch checked out there.
   * @throws KittyError ValidationError (during a merge and the like, on no branch, by a hook, by the remote), LockTimeout
   */
  async commit(request: CommitRequest): Promise<CommitResult> {
    const { root, logGitDir } = this.workspace
    const operation = operationUnderWay(logGitDir)
    if (operation !== undefined) throw duringOperation(root, operation)
    const branch = branchOf(root)
    if (branch === undefined) throw noBranch(root)
    const made = await this.#alone(request)
    if (request.push) this.#push(branch)
    return { branch, pushed: request.push, ...made }
  }

  async #alone(request: CommitRequest): Promise<CommitChoice & { commit: string | null }> {
    const held = await this.lockOf('commit').acquire('commit')
    try {
      if (!(await indexIsFree(this.workspace.logGitDir, PATIENCE_MS)))
        throw indexInUse(this.workspace.logGitDir)
      this.pending.finish()
      for (let tries = 1; ; tries++) {
        const made = await this.#once(request)
        if (made !== undefined) return made
        if (tries === TRIES) throw indexInUse(this.workspace.logGitDir)
      }
    } finally {
      held.release()
    }
  }

  /** Undefined if someone else committed at the same moment. */
  async #once(request: CommitRequest): Promise<(CommitChoice & { commit: string | null }) | undefined> {
    const { root, logGitDir, privateDir } = this.workspace
    const index = new OwnIndex(root, join(logGitDir, 'index'), join(privateDir, 'commit.index'))
    try {
      // With the lock held, so that no line of the log is half there.
      const { choice, differs, message } = await this.store.exclusively('commit', async () => {
        const choice = await this.choice.choose(index, request.withEdits)
        const message = request.message ?? this.#message(choice)
        return { choice, message, differs: choice.files.length > 0 && index.add(choice.files) }
      })
      if (!differs) return { ...choice, commit: null, files: [] }
      this.pending.keep({ before: index.head ?? null, files: choice.files })
      const commit = this.#made(index, message)
      const parent = parentOf(root, commit)
      if (parent !== index.head && parent !== undefined) {
        // Git looked at HEAD after we did. Our commit would undo the one that came between.
        takeBack(root, commit, parent)
        this.pending.forget()
        return undefined
      }
      await this.#follow(choice.files, index.head, commit)
      return { ...choice, commit }
    } finally {
      index.remove()
    }
  }

  #made(index: OwnIndex, message: string): string {
    try {
      return index.commit(message)
    } catch (error) {
      this.pending.forget()
      throw error instanceof GitRefusal && error.isNo ? this.#refused(error) : error
    }
  }

  #refused(error: GitRefusal): KittyError {
    const run = { folder: this.workspace.root, hooks: BEFORE_COMMIT }
    return refusedByGit(error, 'Git did not commit, most likely because of a hook', run)
  }

  async #follow(files: readonly string[], before: string | undefined, after: string): Promise<void> {
    const { root } = this.workspace
    for (let tries = 1; ; tries++) {
      try {
        followCommit(root, files, { before, after })
        this.pending.forget()
        return
      } catch (error) {
        if (!(error instanceof GitRefusal)) throw error
        if (tries * 100 > PATIENCE_MS) {
          const remedy = toRun(['git', '-C', root, 'reset', '--quiet', '--', ...files])
          this.notices.warn(
            `The commit is made, but git's index could not follow: ${error.reason}. To have it follow${remedy || ': kitty commit'}`,
          )
          return
        }
        await sleep(100)
      }
    }
  }

  #message({ files }: CommitChoice): string {
    const events = this.state.look().uncommitted_events ?? 0
    const what = events > 0 ? counted(events, 'event') : counted(files.length, 'file')
    return `kitty: record ${what}`
  }

  /** The remotes, or undefined if the branch follows one of theirs. */
  #remotes(branch: string): string[] | undefined {
    const { root } = this.workspace
    if (askGitText(root, ['config', '--get', `branch.${branch}.merge`]) !== undefined) return undefined
    return (askGitText(root, ['remote']) ?? '').split('\n').filter((name) => name !== '')
  }

  #push(branch: string): void {
    try {
      git(this.workspace.root, ['push', '--quiet'])
    } catch (error) {
      throw error instanceof GitRefusal ? notPushed(error, branch, this.#remotes(branch)) : error
    }
  }
}
