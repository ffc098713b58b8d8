import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import type { NextStep } from '../../errors/next-step.js'
import type { WorkPackageState } from '../../events-lib.js'
import { listWorktrees } from '../../git/worktrees.js'
import type { WorkPackageDetailDocument } from '../../projections/board-document.js'
import { acceptanceCriteria, type Criterion } from '../../specs/acceptance-criteria.js'
import { splitFrontMatter } from '../../specs/front-matter.js'
import { packageName } from '../../specs/work-package-id.js'
import { readSpecFile } from '../../specs/read-spec-file.js'
import { boxTexts } from '../../specs/subtask-boxes.js'
import { EventStore } from '../../store/event-store.js'
import { Workspace } from '../../workspace/workspace.js'
import { PackageStates } from '../definitions/package-states.js'
import { NextMoves } from '../moves/next-moves.js'
import { TaskQueries } from './task-queries.js'
import { placeOf, worktreeAt } from '../workspaces/workspace-place.js'

export interface SubtaskDocument {
  readonly id: string
  /** As the package's file words it; null when it has no box there. */
  readonly text: string | null
  readonly done: boolean
}

/** Everything that the next person or agent on a package needs. */
export interface WholeWorkDocument extends WorkPackageDetailDocument {
  readonly priority: number
  /** The text of its file below the front matter; null when the file cannot be read. */
  readonly body: string | null
  readonly subtasks_list: readonly SubtaskDocument[]
  readonly acceptance_criteria: readonly Criterion[]
  /** The packages that depend on it. */
  readonly dependents: readonly string[]
  readonly branch: string | null
  /** Absolute path of its worktree on this machine. */
  readonly worktree: string | null
  /** The file of this worktree, when it differs from the primary checkout's. */
  readonly edited_here: string | null
  /** `history` is its end. */
  readonly history_total: number
  readonly next: readonly NextStep[]
}

/** More of the history is in `kitty log`. */
const HISTORY = 5

/** One package with all of its work. */
@injectable()
export class WholeWork {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(TaskQueries) private readonly queries: TaskQueries,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(NextMoves) private readonly moves: NextMoves,
    @inject(PackageStates) private readonly states: PackageStates,
  ) {}

  /**
   * @param actor who asks: what comes next depends on it
   * @throws KittyError as `PackageStates.find`
   */
  async show(feature: string, workPackage: string, actor: string): Promise<WholeWorkDocument> {
    const page = await this.queries.show(feature, workPackage)
    const state = await this.states.find(feature, workPackage)
    const rows = await this.store.boardRows(feature)
    const bytes = this.#bytes(this.workspace.root, page.file)
    const body = bytes === undefined ? null : bodyOf(bytes)
    const texts = bytes === undefined ? new Map<string, string>() : boxTexts(bytes)
    const several = (await this.store.featureSlugs()).length > 1
    return {
      ...page,
      priority: state.priority,
      history: page.history.slice(-HISTORY),
      history_total: page.history.length,
      body,
      subtasks_list: state.subtasks.map(({ id, done }) => ({ id, text: texts.get(id) ?? null, done })),
      acceptance_criteria: body === null ? [] : acceptanceCriteria(body),
      dependents: rows.flatMap((row) =>
        row.dependencies.includes(workPackage) ? [row.work_package_id] : [],
      ),
      ...this.#place(state),
      edited_here: this.#editedHere(page.file, bytes),
      next: this.moves.of(state, page, actor, several ? packageName(feature, workPackage) : workPackage),
    }
  }

  #bytes(root: string, file: string | null): Buffer | undefined {
    const read = file === null ? undefined : readSpecFile(root, join(root, file))
    return read?.ok === true ? read.bytes : undefined
  }

  /** Asks git only about packages that were given a worktree. */
  #place({ feature_slug, work_package_id, workspace }: WorkPackageState): {
    branch: string | null
    worktree: string | null
  } {
    if (workspace === null) return { branch: null, worktree: null }
    const { root } = this.workspace
    const place = placeOf(this.workspace, feature_slug, work_package_id)
    const found = worktreeAt(root, place, listWorktrees(root))
    return { branch: found?.branch ?? workspace.branch, worktree: found?.exists === true ? found.path : null }
  }

  #editedHere(file: string | null, primary: Buffer | undefined): string | null {
    const { root, worktree } = this.workspace
    if (file === null || worktree === root) return null
    const own = this.#bytes(worktree, file)
    return own === undefined || (primary !== undefined && own.equals(primary)) ? null : join(worktree, file)
  }
}

function bodyOf(bytes: Buffer): string {
  const block = splitFrontMatter(bytes)
  return bytes
    .subarray(block.kind === 'found' ? block.bodyStart : 0)
    .toString('utf8')
    .trim()
}
