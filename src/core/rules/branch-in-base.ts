import { inject, injectable } from 'inversify'
import type { MoveFacts, WorkflowTable } from '../events-lib.js'
import { resolveCommit } from '../git/git.js'
import { isMerged } from '../git/merge-branch.js'
import { Config } from '../workspace/config.js'
import { Workspace } from '../workspace/workspace.js'
import type { MoveGuard } from './move-rule.js'

/** Where branches are merged on a forge, a package is done once its branch is in the base, here or as last fetched. */
@injectable()
export class BranchInBase implements MoveGuard {
  readonly name = 'branch_in_base'
  readonly phase = 'validator'
  readonly kind = 'ValidationError'
  constructor(
    @inject(Config) private readonly config: Config,
    @inject(Workspace) private readonly workspace: Workspace,
  ) {}

  /** Elsewhere the table stays as the project wrote it. */
  get everyMove(): boolean {
    return this.config.merge.by === 'forge'
  }

  blockers({ state, to }: MoveFacts, table: WorkflowTable): string[] {
    if (!table.done.includes(to) || state.workspace === null) return []
    const { root } = this.workspace
    const { branch, base_branch: base } = state.workspace
    const tip =
      resolveCommit(root, `refs/heads/${branch}`) ?? resolveCommit(root, `refs/remotes/origin/${branch}`)
    // A branch that is gone everywhere was removed after it was merged.
    if (tip === undefined || base === null) return []
    const bases = [`refs/heads/${base}`, `refs/remotes/origin/${base}`].filter(
      (ref) => resolveCommit(root, ref) !== undefined,
    )
    return bases.some((ref) => isMerged(root, tip, ref)) ? [] : [branch]
  }

  message({ state }: MoveFacts, [branch = '']: readonly string[]): string {
    const base = state.workspace?.base_branch ?? 'its base'
    return `${branch} is not in ${base} yet; it is merged on the forge, then fetched with git fetch.`
  }
}
