import { inject, injectable } from 'inversify'
import { counted } from '../../errors/counted.js'
import { toRun } from '../../errors/next-step.js'
import type { NewEvent, WorkflowTable, WorkPackageState } from '../../events-lib.js'
import type { Definition, DefinitionPlace } from '../../specs/definition.js'
import type { StatedWorkPackage } from '../../specs/work-package-file.js'
import { compareWorkPackages } from '../../specs/work-package-id.js'
import { Workflow } from '../../workspace/config.js'
import { Workspace } from '../../workspace/workspace.js'
import { packageChanged, packageCreated } from './definition-events.js'
import { type DefinitionProblem, fileProblem, graphProblems } from './definition-problems.js'
import { type Comparison, Definitions, type Judged } from './definitions.js'
import { fileLanes, laneTakenOver } from './file-lanes.js'
import { loggedDefinition } from './logged-values.js'

/** What syncing one feature would write, and what it would leave unchanged. */
export interface DefinitionPlan {
  readonly feature: string
  readonly drafts: readonly NewEvent[]
  readonly created: readonly string[]
  readonly changed: readonly DefinitionChange[]
  readonly behind: readonly DefinitionChange[]
  readonly problems: readonly DefinitionProblem[]
  /** Sentences about what files state but kitty does not take from them. */
  readonly leftOut: readonly string[]
  /** The definitions in the files of the packages that the drafts are about. */
  readonly stated: ReadonlyMap<string, Definition>
}

export interface DefinitionChange {
  readonly work_package: string
  readonly file: string
  readonly differences: readonly Judged[]
  readonly resolves: readonly string[]
}

export interface PlanRequest {
  readonly feature: string
  /** The states of the feature's packages. */
  readonly states: readonly WorkPackageState[]
  /** Limits syncing to these packages and the new ones that they will depend on. All if omitted. */
  readonly only?: ReadonlySet<string> | undefined
  /** Packages whose files win even if they are behind. */
  readonly take?: ReadonlySet<string> | undefined
  /** True where the command itself has just changed the file: there, the file wins. */
  readonly isEdited?: ((place: DefinitionPlace) => boolean) | undefined
  /** Also take over the lanes of packages that no event has moved. */
  readonly lanes?: boolean | undefined
}

/** Decides which events bring the log up to date with the files. Writes nothing. */
@injectable()
export class PlanDefinitions {
  constructor(
    @inject(Definitions) private readonly definitions: Definitions,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Workflow) private readonly workflow: WorkflowTable,
  ) {}

  /** True if none of these packages has anything to sync or to refuse. */
  async isInSync(
    feature: string,
    states: readonly WorkPackageState[],
    only: ReadonlySet<string>,
  ): Promise<boolean> {
    const comparisons = await this.definitions.compare(feature, states, only)
    return [...comparisons.values()].every(({ kind }) => kind === 'same')
  }

  async plan({ feature, states, only, take, isEdited, lanes }: PlanRequest): Promise<DefinitionPlan> {
    const comparisons = await this.#withDependencies(feature, states, only)
    const problems: DefinitionProblem[] = []
    const creations: NewEvent[] = []
    const changes: NewEvent[] = []
    const created: string[] = []
    const changed: DefinitionChange[] = []
    const behind: DefinitionChange[] = []
    const leftOut: string[] = []
    const definitions = new Map<string, Definition>()
    const stated = new Map<string, Definition>()
    for (const [id, comparison] of comparisons) {
      const problem = fileProblem(this.workspace.root, feature, comparison)
      if (problem !== undefined) problems.push(problem)
      if (problem !== undefined || comparison.kind === 'same') continue
      if (comparison.file.kind === 'stated') leftOut.push(...leftOutOf(comparison.file.stated))
      if (comparison.kind === 'new') {
        creations.push(packageCreated(feature, comparison.file.stated))
        created.push(id)
        definitions.set(id, comparison.file.stated)
        stated.set(id, comparison.file.stated)
      }
      if (comparison.kind !== 'differs') continue
      const { file, state, resolves } = comparison
      const isTaken = take?.has(id) === true
      const taken = comparison.differences.filter(
        (difference) => difference.changed || isTaken || isEdited?.(difference) === true,
      )
      const left = comparison.differences.filter((difference) => !taken.includes(difference))
      const decides = openRegisters(state).filter(
        (register) =>
          isTaken || resolves.includes(register) || isEdited?.({ register, element: null }) === true,
      )
      const change = { work_package: id, file: file.file }
      if (left.length > 0) behind.push({ ...change, differences: left, resolves: [] })
      if (taken.length === 0 && decides.length === 0) continue
      changes.push(
        packageChanged(state, file.stated, taken, decides, this.definitions.committed.source(file.file)),
      )
      changed.push({ ...change, differences: taken, resolves: decides })
      definitions.set(id, after(loggedDefinition(state), file.stated, taken))
      stated.set(id, file.stated)
    }
    const found = fileLanes(states, comparisons, this.workflow)
    const isWhole = only === undefined
    if (isWhole && lanes === true)
      changes.push(...found.known.map((one) => laneTakenOver(feature, one, this.workflow)))
    else if (isWhole && found.known.length > 0)
      leftOut.push(
        `${feature}: ${counted(found.known.length, 'lane')} left out. To take ${found.known.length === 1 ? 'it' : 'them'} over${toRun(['kitty', 'sync', feature, '--lanes'])}`,
      )
    if (isWhole)
      leftOut.push(
        ...found.unknown.map(
          ({ file, lane }) => `${file}: the workflow has no lane ${JSON.stringify(lane)}; it was left out.`,
        ),
      )
    problems.push(...graphProblems(states, definitions, comparisons))
    // A package is created before the first event that names it as a dependency.
    const drafts = [...creations, ...changes]
    return { feature, drafts, created, changed, behind, problems, leftOut, stated }
  }

  /** Records what was synced. Call it once the plan's drafts are written. */
  written({ feature, stated }: DefinitionPlan): void {
    if (stated.size > 0) this.definitions.notes.keep(feature, stated)
  }

  /** The requested packages and, transitively, every new one that they will depend on. */
  async #withDependencies(
    feature: string,
    states: readonly WorkPackageState[],
    only: ReadonlySet<string> | undefined,
  ): Promise<Map<string, Comparison>> {
    if (only === undefined) return this.definitions.compare(feature, states)
    const known = new Set(states.filter((state) => state.created).map((state) => state.work_package_id))
    const comparisons = new Map<string, Comparison>()
    let next: ReadonlySet<string> = only
    while (next.size > 0) {
      const found = await this.definitions.compare(feature, states, next)
      for (const [id, comparison] of found) comparisons.set(id, comparison)
      const named = [...found.values()].flatMap(statedDependencies)
      next = new Set(named.filter((id) => !known.has(id) && !comparisons.has(id)))
      for (const id of found.keys()) known.add(id)
      if ([...next].every((id) => known.has(id))) break
    }
    return new Map([...comparisons].sort(([a], [b]) => compareWorkPackages(a, b)))
  }
}

function openRegisters({ conflicts }: WorkPackageState): ('title' | 'priority')[] {
  return (['title', 'priority'] as const).filter((name) =>
    conflicts.some(({ register }) => register === name),
  )
}

function leftOutOf({ work_package_id, leftOut }: StatedWorkPackage): string[] {
  return leftOut.map((what) => `${work_package_id}: ${what} was left out.`)
}

function statedDependencies(comparison: Comparison): readonly string[] {
  return comparison.file.kind === 'stated' ? comparison.file.stated.dependencies : []
}

function after(log: Definition, file: Definition, taken: readonly Judged[]): Definition {
  const takes = (register: string): boolean => taken.some((difference) => difference.register === register)
  const elements = (register: 'dependencies' | 'subtasks'): string[] => {
    const own = new Map(
      taken.flatMap((one) => (one.register === register ? [[one.element, one.file] as const] : [])),
    )
    const kept = log[register].filter((id) => own.get(id) !== false)
    return [...kept, ...file[register].filter((id) => own.get(id) === true && !kept.includes(id))]
  }
  return {
    title: takes('title') ? file.title : log.title,
    priority: takes('priority') ? file.priority : log.priority,
    dependencies: elements('dependencies'),
    subtasks: elements('subtasks'),
  }
}
