import { basename } from 'node:path'
import { inject, injectable } from 'inversify'
import { currentBranch } from '../../git/branch.js'
import type { WorkflowTable } from '../../events-lib.js'
import { type PrimeLists, primeLists } from '../../projections/prime.js'
import { type WorkflowRule, workflowRules } from '../../projections/workflow-rules.js'
import { EventStore } from '../../store/event-store.js'
import { Workflow } from '../../workspace/config.js'
import { holderOf } from '../../workspace/holder.js'
import { Workspace } from '../../workspace/workspace.js'
import { Scope } from '../scope.js'

export interface PrimeDocument extends PrimeLists {
  /** Name of the repository's folder. */
  readonly repository: string
  /** Null if HEAD is detached. */
  readonly branch: string | null
  readonly actor: string
  /** The session of a hook's input, or KITTY_SESSION; null if there is neither. */
  readonly session: string | null
  readonly packages: number
  readonly features: number
  /** Number of packages per lane of the workflow, in its order. */
  readonly lanes: Readonly<Record<string, number>>
  /** Number of packages in lanes that the workflow does not have: anyone who writes events can make up their names. */
  readonly other_lanes: number
  readonly rules: readonly WorkflowRule[]
}

interface Given {
  readonly actor?: string | undefined
  readonly session?: string | undefined
}

/** What an agent must know at its start. Reads the index only: no package file, no network. */
@injectable()
export class Prime {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Scope) private readonly scope: Scope,
  ) {}

  /** @throws KittyError UsageError when no usable actor is named */
  async document(given: Given = {}): Promise<PrimeDocument> {
    const holder = holderOf(this.scope.provenance(given))
    const [known, everything] = [await this.store.features(), await this.store.boardRows()]
    const away = new Set(known.flatMap((row) => (row.archived === null ? [] : [row.feature_slug])))
    const rows = everything.filter((row) => !away.has(row.feature_slug))
    const counts = new Map(this.workflow.lanes.map((lane) => [lane, 0]))
    let other_lanes = 0
    for (const { lane } of rows) {
      const count = counts.get(lane)
      if (count === undefined) other_lanes += 1
      else counts.set(lane, count + 1)
    }
    return {
      repository: basename(this.workspace.root),
      branch: currentBranch(this.workspace.gitDir) ?? null,
      ...holder,
      packages: rows.length,
      features: new Set(rows.map((row) => row.feature_slug)).size,
      lanes: Object.fromEntries(counts),
      other_lanes,
      ...primeLists(rows, this.workflow, holder),
      rules: workflowRules(this.workflow),
    }
  }
}
