import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { KittyError } from '../../errors/kitty-error.js'
import { shownCommand } from '../../errors/next-step.js'
import { Notices } from '../../errors/notices.js'
import { GitRefusal } from '../../git/git.js'
import { moveBranchLockAside, moveHalfMadeAside } from '../../git/half-made.js'
import { addWorktree, completeWorktree } from '../../git/worktrees.js'
import { LockOf } from '../../lock/write-lock.js'
import type { Provenance } from '../../store/event-store.js'
import { Workspace } from '../../workspace/workspace.js'
import { lookAt, type WorkspacePlace } from './workspace-place.js'

export interface WorktreeRequest {
  readonly workPackage: string
  /** Where a new branch starts. Defaults to the primary checkout's HEAD. */
  readonly base?: string | undefined
  readonly provenance: Provenance
}

export interface MadeWorktree {
  /** Absolute. */
  readonly path: string
  readonly branch: string | null
  /** False if the worktree already existed. */
  readonly created: boolean
}

/** The worktree of a package that has been claimed, made whole even where git was killed before. */
@injectable()
export class PackageWorktree {
  constructor(
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Notices) private readonly notices: Notices,
    @inject(LockOf) private readonly lockOf: LockOf,
  ) {}

  /** A worktree left half made by a killed git would keep git from listing any worktree at all. */
  async moveHalfMadeAside(): Promise<void> {
    const { gitCommonDir } = this.workspace
    for (const path of await moveHalfMadeAside(gitCommonDir, this.#aside))
      this.notices.warn(
        `${path} was left half made by a git that was killed; it was moved to ${this.#aside}.`,
      )
  }

  /**
   * Creates the worktree, or what is missing of it.
   * @throws KittyError NotWritable if git could not create it
   */
  async make(request: WorktreeRequest, place: WorkspacePlace): Promise<MadeWorktree> {
    // Uses its own lock, since a checkout may take long and other writers' events need not wait for it.
    const held = await this.lockOf(place.name).acquire(`make the worktree of ${place.name}`)
    try {
      return await this.#make(request, place)
    } finally {
      held.release()
    }
  }

  async #make(request: WorktreeRequest, place: WorkspacePlace): Promise<MadeWorktree> {
    const look = lookAt(this.workspace, place, request.base)
    try {
      if (look.state === 'half made') await completeWorktree(this.workspace.root, look.worktree.path)
      if (look.state !== 'absent') {
        const { path, branch } = look.worktree
        return { path, branch: branch ?? null, created: look.state === 'half made' }
      }
      if (look.branchExists && request.base !== undefined)
        this.notices.warn(
          `The branch ${place.name} was there already and goes on where it was; --base ${request.base} was not used.`,
        )
      await this.#moveBranchLockAside(look.make.branch)
      addWorktree(this.workspace.root, look.make)
    } catch (error) {
      if (!(error instanceof GitRefusal)) throw error
      this.#afterRefusal(error, request, place)
    }
    return { path: place.path, branch: place.name, created: true }
  }

  /** A failing user hook makes git fail although it has done its work. */
  #afterRefusal(error: GitRefusal, request: WorktreeRequest, place: WorkspacePlace): void {
    const { state } = lookAt(this.workspace, place, request.base)
    if (state !== 'whole') throw notMade(error, request, place)
    this.notices.warn(`The worktree ${place.path} was made, but git says: ${error.reason}`)
  }

  async #moveBranchLockAside(branch: string): Promise<void> {
    const path = await moveBranchLockAside(this.workspace.gitCommonDir, branch, this.#aside)
    if (path !== undefined)
      this.notices.warn(`${path} was left locked by a git that was killed; it was moved to ${this.#aside}.`)
  }

  get #aside(): string {
    return join(this.workspace.privateDir, 'half-made-worktrees')
  }
}

function notMade(
  error: GitRefusal,
  { workPackage, provenance }: WorktreeRequest,
  { path, name, packageName }: WorkspacePlace,
): KittyError {
  const message = `${workPackage} is taken by ${provenance.actor}, but git could not make its worktree ${path}: ${error.reason}`
  return new KittyError('NotWritable', message, {
    nextSteps: [
      ...shownCommand(['kitty', 'implement', packageName], 'when that is put right'),
      ...shownCommand(
        ['kitty', 'agent', 'tasks', 'move-task', packageName, '--to', 'planned'],
        'gives it back',
      ),
    ],
    context: { work_package: workPackage, path, branch: name, git: error.reason },
    cause: error,
  })
}
