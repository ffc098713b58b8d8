import { inject, injectable } from 'inversify'
import type { MoveFacts, WorkflowTable } from '../events-lib.js'
import { branchRefs } from '../git/branch-refs.js'
import { bringsNothing, hasMergeOf, isMerged } from '../git/merge-branch.js'
import { Config } from '../workspace/config.js'
import { Workspace } from '../workspace/workspace.js'
import type { MoveGuard } from './move-rule.js'

const ORIGIN = 'origin'

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
    const tip = this.#tipOf(branch)
    // Forges remove a branch that they have merged; the merge still names it.
    const isIn = (ref: string): boolean =>
      tip === undefined
        ? hasMergeOf(root, branch, ref)
        : isMerged(root, tip, ref) || bringsNothing(root, tip, ref)
    return this.#refsOf(base).some(isIn) ? [] : [branch]
  }

  message({ state }: MoveFacts, [branch = '']: readonly string[]): string {
    const base = state.workspace?.base_branch ?? null
    if (this.#refsOf(base).length > 0) {
      if (this.#tipOf(branch) === undefined)
        return `Could not find out whether ${branch} is merged: neither this clone nor origin has it, and no merge in ${base} names it; fetch both with git fetch; where it is merged, an owner can overrule.`
      return `${branch} is not in ${base} yet; it is merged on the forge, then fetched with git fetch. Where it was squashed and ${base} has changed the same lines since, an owner can overrule.`
    }
    const begun =
      base === null
        ? 'it was begun on no branch'
        : `it was begun on ${base}, which is no branch here or at origin`
    const rest = base === null ? '' : 'fetch the base with git fetch; '
    return `Could not find out whether ${branch} is merged: ${begun}; ${rest}where it is merged, an owner can overrule.`
  }

  #tipOf(branch: string): string | undefined {
    return branchRefs(this.workspace.root, branch, ORIGIN)[0]
  }

  /** Empty if the base is not known, which is neither a yes nor a no. */
  #refsOf(base: string | null): string[] {
    return base === null ? [] : branchRefs(this.workspace.root, base, ORIGIN)
  }
}
