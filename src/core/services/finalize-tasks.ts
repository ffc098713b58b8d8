import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { Emits } from '../../aspects/emits.js'
import { Exclusive } from '../../aspects/exclusive.js'
import { assertSameOperation } from '../errors/key-is-taken.js'
import { isKittyError, KittyError } from '../errors/kitty-error.js'
import type { NewEvent } from '../events-lib.js'
import { noFolder, readFeature } from '../specs/feature-folder.js'
import { lookAtFeatures } from '../specs/features.js'
import { passedOver } from '../specs/passed-over.js'
import { EventStore, type Decision, decided, type Provenance } from '../store/event-store.js'
import type { DefinitionProblem } from './definitions/definition-problems.js'
import { type DefinitionChange, type DefinitionPlan, PlanDefinitions } from './definitions/plan-definitions.js'
import { isTakenOver } from './definitions/file-lanes.js'
import { unsynced } from './definitions/sync-definition.js'
import { specCreated } from './feature-created.js'
import { Workspace } from '../workspace/workspace.js'
import { Notices } from '../errors/notices.js'
import { repoPath } from '../platform/paths.js'
import { sentence } from '../errors/next-step.js'
import { counted } from '../errors/counted.js'

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

export interface FinalizeResult {
  readonly features: readonly FinalizedFeature[]
  /** Folders under kitty-specs that are not features. Filled only if all features were requested. */
  readonly skipped: readonly SkippedFile[]
  /** How many events were written. */
  readonly events: number
}

interface PlannedFeature extends FinalizedFeature {
  readonly drafts: readonly NewEvent[]
  readonly plan: DefinitionPlan | undefined
}

interface Refused {
  readonly feature: string
  readonly file: string
  readonly reason: string
}

/** The event types that this service writes. */
const SYNCED: ReadonlySet<string> = new Set(['SpecCreated', 'WPCreated', 'WPChanged'])
const NOTHING = { created: [], changed: [], behind: [], existing: [], skipped: [] }

/** Brings the log up to date with the packages' files: adds new packages and takes over changed definitions. */
@injectable()
export class FinalizeTasks {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(PlanDefinitions) private readonly plans: PlanDefinitions,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /**
   * @throws KittyError ValidationError (IDs, dependencies, cycles), DamagedData (an unreadable file) or UsageError (no
   * tasks folder), with nothing written. If all features were requested, ValidationError after the valid ones are
   * written.
   */
  async finalize(request: FinalizeRequest): Promise<FinalizeResult> {
    const { stored, left } = await this.#leftOf(request)
    if (left.length === 0 && stored.length > 0) return { features: stored, skipped: [], events: 0 }
    const { result, refused } = await this.record({ ...request, features: left })
    if (refused.length > 0) throw notAll(result, refused, request.features.length)
    return { ...result, features: [...stored, ...result.features] }
  }

  /** Returns what would be written, without writing it. */
  async check(request: FinalizeRequest): Promise<FinalizeResult> {
    const { plans, refused } = await this.#plans(request)
    const result = this.#result(plans, request, 0)
    const unsynced = refused.map(({ file, reason }) => ({ file, reason }))
    return { ...result, skipped: [...unsynced, ...result.skipped] }
  }

  @Exclusive
  protected async record(request: FinalizeRequest): Promise<{ result: FinalizeResult; refused: Refused[] }> {
    const { plans, refused } = await this.#plans(request)
    const { events, repeated } = await this.write({ provenance: request.provenance, plans, continues: true })
    for (const { plan } of repeated ? [] : plans) {
      if (plan === undefined) continue
      this.plans.written(plan)
      for (const sentence of plan.leftOut) this.notices.warn(sentence)
    }
    return { result: this.#result(plans, request, repeated ? 0 : events.length), refused }
  }

  @Emits
  protected async write(request: {
    provenance: Provenance
    plans: readonly PlannedFeature[]
    continues: boolean
  }): Promise<Decision> {
    return decided(request.plans.flatMap((plan) => plan.drafts))
  }

  /**
   * Returns what an earlier run with this key stored, and the features that it did not reach.
   * @throws KittyError UsageError if the key was used for something else
   */
  async #leftOf({ features, provenance }: FinalizeRequest): Promise<{
    stored: readonly FinalizedFeature[]
    left: readonly string[]
  }> {
    const { causationId } = provenance
    const earlier = causationId === null ? [] : await this.store.causedBy(causationId)
    if (causationId === null || earlier.length === 0) return { stored: [], left: features }
    const repeats = (): boolean =>
      earlier.every(
        (event) =>
          (SYNCED.has(event.event_type) || isTakenOver(event)) &&
          features.includes(event.payload.feature_slug),
      )
    await assertSameOperation(causationId, earlier, { provenance, repeats })
    const stored = features.flatMap((feature) => {
      const events = earlier.filter(({ payload }) => payload.feature_slug === feature)
      const created = events.filter(({ event_type }) => event_type === 'WPCreated')
      return events.length === 0
        ? []
        : [{ ...NOTHING, feature, created: created.map(({ entity_id }) => entity_id) }]
    })
    return { stored, left: features.filter((feature) => !stored.some((one) => one.feature === feature)) }
  }

  async #plans(request: FinalizeRequest): Promise<{ plans: PlannedFeature[]; refused: Refused[] }> {
    const plans: PlannedFeature[] = []
    const refused: Refused[] = []
    const known = new Set(
      (await this.store.features()).filter((row) => row.specified).map((row) => row.feature_slug),
    )
    for (const feature of request.features) {
      try {
        const { planned, left } = await this.#plan(feature, known.has(feature), request)
        plans.push(planned)
        refused.push(...left)
      } catch (error) {
        if ((!request.all && request.partly !== true) || !isKittyError(error)) throw error
        refused.push({ feature, file: join('kitty-specs', feature), reason: error.message })
      }
    }
    return { plans, refused }
  }

  async #plan(
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

  #result(plans: readonly PlannedFeature[], { all }: FinalizeRequest, events: number): FinalizeResult {
    const features = plans.map(({ feature, created, changed, behind, existing, skipped }) => ({
      feature,
      created,
      changed,
      behind,
      existing,
      skipped,
    }))
    const skipped = all ? lookAtFeatures(this.workspace.specsDir).skipped.map(this.#short) : []
    return { features, skipped, events }
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

/** The error that says what is invalid, after the rest was written. */
function notAll(result: FinalizeResult, refused: readonly Refused[], asked: number): KittyError {
  const bad = new Set(refused.map(({ feature }) => feature)).size
  const reasons = [...new Set(refused.map(({ reason }) => reason))].join('. ')
  return new KittyError(
    'ValidationError',
    `${bad} of ${counted(asked, 'feature')} could not be synced as a whole. ${reasons}`,
    {
      nextSteps: ['Correct the files named above and run the command again; the rest is in the log.'],
      context: {
        features: result.features,
        skipped: [...refused, ...result.skipped],
        events: result.events,
      },
    },
  )
}
