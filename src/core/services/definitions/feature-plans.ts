import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { isKittyError, KittyError } from '../../errors/kitty-error.js'
import { sentence } from '../../errors/next-step.js'
import type { NewEvent } from '../../events-lib.js'
import { repoPath } from '../../platform/paths.js'
import { noFolder, readFeature } from '../../specs/feature-folder.js'
import { lookAtFeatures } from '../../specs/features.js'
import { passedOver } from '../../specs/passed-over.js'
import { EventStore, type Provenance } from '../../store/event-store.js'
import { Workspace } from '../../workspace/workspace.js'
import { specCreated } from '../features/feature-created.js'
import type { DefinitionProblem } from './definition-problems.js'
import { type DefinitionChange, type DefinitionPlan, PlanDefinitions } from './plan-definitions.js'
import { unsynced } from './sync-definition.js'

export interface FinalizeRequest {
  readonly features: readonly string[]
  /**
   * True if all features were requested. Features without a tasks folder are then skipped, and an invalid one does not
   * block the others.
   */
  readonly all: boolean
  /** Packages whose files win even if they are behind the log: `017-login/WP01`. */
  readonly take?: ReadonlySet<string>
  /** Also take over the lanes of packages that no event has moved. */
  readonly lanes?: boolean
  /** Write what is valid even if a file or feature is invalid. */
  readonly partly?: boolean
  readonly provenance: Provenance
}

export interface SkippedFile {
  /** Relative to the repository's root. */
  readonly file: string
  readonly reason: string
}

export interface FinalizedFeature {
  readonly feature: string
  readonly created: readonly string[]
  /** What was taken over from changed files. */
  readonly changed: readonly DefinitionChange[]
  /** Places where the log went on and the file did not. */
  readonly behind: readonly DefinitionChange[]
  readonly existing: readonly string[]
  /**
   * Files that look like packages but are not read as such, and files that could not be synced, each with its reason.
   */
  readonly skipped: readonly SkippedFile[]
}

export interface PlannedFeature extends FinalizedFeature {
  readonly drafts: readonly NewEvent[]
  readonly plan: DefinitionPlan | undefined
}

/** A file or a feature that could not be synced, and why. */
export interface Refused {
  readonly feature: string
  readonly file: string
  readonly reason: string
}

/** Decides what brings whole features in the log up to date with their folders. Writes nothing. */
@injectable()
export class FeaturePlans {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(PlanDefinitions) private readonly plans: PlanDefinitions,
  ) {}

  /**
   * With `all` or `partly`, returns what is invalid as refused.
   * @throws KittyError ValidationError, DamagedData or UsageError otherwise
   */
  async plan(request: FinalizeRequest): Promise<{ plans: PlannedFeature[]; refused: Refused[] }> {
    const plans: PlannedFeature[] = []
    const refused: Refused[] = []
    const known = new Set(
      (await this.store.features()).filter((row) => row.specified).map((row) => row.feature_slug),
    )
    for (const feature of request.features) {
      try {
        const { planned, left } = await this.#ofFeature(feature, known.has(feature), request)
        plans.push(planned)
        refused.push(...left)
      } catch (error) {
        if ((!request.all && request.partly !== true) || !isKittyError(error)) throw error
        refused.push({ feature, file: join('kitty-specs', feature), reason: error.message })
      }
    }
    return { plans, refused }
  }

  /** Folders under kitty-specs that are not features. */
  notFeatures(): SkippedFile[] {
    return lookAtFeatures(this.workspace.specsDir).skipped.map(this.#short)
  }

  async #ofFeature(
    feature: string,
    hasSpec: boolean,
    { all, take, lanes, partly, provenance }: FinalizeRequest,
  ): Promise<{ planned: PlannedFeature; left: Refused[] }> {
    const stated = readFeature(this.workspace.specsDir, feature)
    const tasks = join(stated.dir, 'tasks')
    const states = await this.store.workPackages(feature)
    const existing = states.filter((state) => state.created).map((state) => state.work_package_id)
    const missing = noFolder(this.workspace.root, tasks)
    if (missing !== undefined) {
      if (!all) throw noTasks(feature, tasks, missing)
      const skipped = [this.#short({ file: tasks, reason: missing })]
      const nothing = { created: [], changed: [], behind: [], existing, skipped, drafts: [], plan: undefined }
      return { planned: { feature, ...nothing }, left: [] }
    }
    const plan = await this.plans.plan({ feature, states, take: ownOf(feature, take), lanes })
    const isWhole = plan.problems.length === 0 || (partly === true && plan.problems.every(isOfOneFile))
    if (!isWhole) throw unsynced(plan)
    const left = plan.problems.flatMap(({ files, message }) =>
      files.map((file) => ({ feature, file, reason: message })),
    )
    const { created, changed, behind, drafts } = plan
    const spec = hasSpec ? [] : [specCreated(stated, provenance.actor)]
    const skipped = passedOver(this.workspace.root, tasks).map(this.#short)
    const planned = {
      feature,
      created,
      changed,
      behind,
      existing,
      skipped,
      drafts: [...spec, ...drafts],
      plan,
    }
    return { planned, left }
  }

  readonly #short = ({ file, reason }: SkippedFile): SkippedFile => ({
    file: repoPath(this.workspace.root, file),
    reason,
  })
}

function noTasks(feature: string, dir: string, reason: string): KittyError {
  return new KittyError('UsageError', `${feature} has no work packages to read: ${reason}`, {
    nextSteps: [sentence`Write them as ${join(dir, 'WP01-some-title.md')} and run the command again.`],
    context: { feature_slug: feature, folder: dir },
  })
}

/** The IDs of one feature's packages, from `feature/package` names. */
function ownOf(feature: string, places: ReadonlySet<string> | undefined): ReadonlySet<string> {
  const start = `${feature}/`
  return new Set(
    [...(places ?? [])].flatMap((place) => (place.startsWith(start) ? place.slice(start.length) : [])),
  )
}

function isOfOneFile({ kind }: DefinitionProblem): boolean {
  return kind !== 'graph'
}
