import { join, relative } from 'node:path'
import { inject, injectable } from 'inversify'
import { Emits } from '../../aspects/emits.js'
import { Exclusive } from '../../aspects/exclusive.js'
import { assertSameOperation } from '../errors/key-is-taken.js'
import { isKittyError, KittyError } from '../errors/kitty-error.js'
import type { NewEvent } from '../events-lib.js'
import { checkTasks } from '../specs/check-tasks.js'
import { readFeature, readTasks } from '../specs/feature-folder.js'
import { lookAtFeatures } from '../specs/features.js'
import type { StatedWorkPackage } from '../specs/work-package-file.js'
import { compareWorkPackages } from '../specs/work-package-id.js'
import { EventStore, type Decision, decided, type Provenance } from '../store/event-store.js'
import { Workspace } from '../workspace/workspace.js'
import { Notices } from '../errors/notices.js'

export interface FinalizeRequest {
  readonly features: readonly string[]
  /** Features without a tasks folder are passed over, and one that is wrong does not keep the others out. */
  readonly all: boolean
  readonly provenance: Provenance
}

export interface SkippedFile {
  /** From the repository's root. */
  readonly file: string
  readonly reason: string
}

export interface FinalizedFeature {
  readonly feature: string
  readonly created: readonly string[]
  readonly existing: readonly string[]
  /** What looks like a package and is not read as one. */
  readonly skipped: readonly SkippedFile[]
}

export interface FinalizeResult {
  readonly features: readonly FinalizedFeature[]
  /** Folders under kitty-specs that are no features; only where all features were asked for. */
  readonly skipped: readonly SkippedFile[]
  /** How many events were written. */
  readonly events: number
}

/** What one folder under kitty-specs says. */
interface FeatureFolder {
  readonly stated: ReturnType<typeof readFeature>
  readonly tasks: Awaited<ReturnType<typeof readTasks>>
}

interface PlannedFeature extends FinalizedFeature {
  readonly drafts: readonly NewEvent[]
}

/** Turns the work packages' files into events, once each. */
@injectable()
export class FinalizeTasks {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /**
   * @throws KittyError ValidationError (ids, dependencies, cycles), DamagedData (a file that cannot be read), UsageError
   * (no tasks folder), and nothing is written; of all features, ValidationError after the good ones are written.
   */
  async finalize(request: FinalizeRequest): Promise<FinalizeResult> {
    // A thousand files take most of a second, which nobody else is to wait for.
    const folders: FeatureFolder[] = []
    const { stored, left } = await this.#leftOf(request)
    if (left.length === 0 && stored.length > 0) return { features: stored, skipped: [], events: 0 }
    for (const feature of left) {
      const stated = readFeature(this.workspace.specsDir, feature)
      folders.push({ stated, tasks: await readTasks(stated.dir) })
    }
    const { features, ...result } = await this.record(folders, request)
    for (const { tasks } of folders) if (tasks.kind === 'tasks') this.#nameLeftOut(tasks.workPackages)
    return { ...result, features: [...stored, ...features] }
  }

  @Exclusive
  protected async record(
    folders: readonly FeatureFolder[],
    request: FinalizeRequest,
  ): Promise<FinalizeResult> {
    const plans: PlannedFeature[] = []
    const refused: { feature: string; error: KittyError }[] = []
    for (const folder of folders) {
      try {
        plans.push(await this.#plan(folder, request))
      } catch (error) {
        if (!request.all || !isKittyError(error)) throw error
        refused.push({ feature: folder.stated.slug, error })
      }
    }
    const { events, repeated } = await this.write({ provenance: request.provenance, plans, continues: true })
    const features = plans.map(({ feature, created, existing, skipped }) => ({
      feature,
      created,
      existing,
      skipped,
    }))
    const skipped = request.all ? lookAtFeatures(this.workspace.specsDir).skipped.map(this.#short) : []
    if (refused.length > 0) throw notAll(features, skipped, refused)
    return { features, skipped, events: repeated ? 0 : events.length }
  }

  @Emits
  protected async write(request: {
    provenance: Provenance
    continues: boolean
    plans: readonly PlannedFeature[]
  }): Promise<Decision> {
    return decided(request.plans.flatMap((plan) => plan.drafts))
  }

  /**
   * What an earlier run with this key stored, and the features it did not get to.
   * @throws KittyError UsageError where the key was used for something else
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
        ({ event_type, payload }) =>
          (event_type === 'WPCreated' || event_type === 'SpecCreated') &&
          features.includes(payload.feature_slug),
      )
    await assertSameOperation(causationId, earlier, { provenance, repeats })
    const stored = features.flatMap((feature) => {
      const events = earlier.filter(({ payload }) => payload.feature_slug === feature)
      const created = events.filter(({ event_type }) => event_type === 'WPCreated')
      return events.length === 0
        ? []
        : [{ feature, created: created.map(({ entity_id }) => entity_id), existing: [], skipped: [] }]
    })
    return { stored, left: features.filter((feature) => !stored.some((one) => one.feature === feature)) }
  }

  async #plan({ stated, tasks }: FeatureFolder, request: FinalizeRequest): Promise<PlannedFeature> {
    const { slug: feature } = stated
    const { all, provenance } = request
    const known = (await this.store.workPackages(feature)).filter((state) => state.created)
    const existing = new Set(known.map((state) => state.work_package_id).sort(compareWorkPackages))
    if (tasks.kind === 'no_tasks_folder') {
      if (!all) throw noTasks(feature, tasks.dir, tasks.reason)
      const skipped = [this.#short({ file: tasks.dir, reason: tasks.reason })]
      return { feature, created: [], existing: [...existing], skipped, drafts: [] }
    }
    if (tasks.unreadable.length > 0) throw unreadable(feature, tasks.unreadable)
    const problems = checkTasks(tasks.workPackages, [...existing])
    if (problems.length > 0) throw invalid(feature, problems)
    const fresh = tasks.workPackages.filter((stated) => !existing.has(stated.work_package_id))
    const hasSpec = (await this.store.features()).some((row) => row.feature_slug === feature && row.specified)
    const spec = hasSpec ? [] : [specCreated(stated, provenance.actor)]
    const drafts = [...spec, ...fresh.map((workPackage) => created(feature, workPackage))]
    return {
      feature,
      created: fresh.map((workPackage) => workPackage.work_package_id),
      existing: [...existing],
      skipped: tasks.skipped.map(this.#short),
      drafts,
    }
  }

  #nameLeftOut(workPackages: readonly StatedWorkPackage[]): void {
    for (const { work_package_id, leftOut } of workPackages)
      if (leftOut.length > 0)
        this.notices.warn(
          `${work_package_id}: ${leftOut.join(', ')} was left out: kitty agent tasks mark-status says what is done.`,
        )
  }

  readonly #short = ({ file, reason }: SkippedFile): SkippedFile => ({
    file: relative(this.workspace.root, file),
    reason,
  })
}

/** The event that brings a feature into the log, from what its folder states. */
export function specCreated(
  { slug, title, mission }: { slug: string; title: string; mission: string | null },
  actor: string,
): NewEvent<'SpecCreated'> {
  return {
    event_type: 'SpecCreated',
    entity_id: slug,
    entity_type: 'FeatureSpec',
    payload: { feature_slug: slug, title, mission: mission ?? DEFAULT_MISSION, created_by: actor },
  }
}

export const DEFAULT_MISSION = 'software-dev'

function created(feature: string, stated: StatedWorkPackage): NewEvent<'WPCreated'> {
  const { work_package_id, title, dependencies, subtasks } = stated
  return {
    event_type: 'WPCreated',
    entity_id: work_package_id,
    entity_type: 'WorkPackage',
    payload: { feature_slug: feature, work_package_id, title, dependencies, subtasks },
  }
}

function noTasks(feature: string, dir: string, reason: string): KittyError {
  return new KittyError('UsageError', `${feature} has no work packages to read: ${reason}`, {
    nextSteps: [`Write them as ${join(dir, 'WP01-some-title.md')} and run the command again.`],
    context: { feature_slug: feature, folder: dir },
  })
}

function unreadable(feature: string, skipped: readonly SkippedFile[]): KittyError {
  const list = skipped.map(({ reason }) => reason).join('; ')
  return new KittyError('DamagedData', `Nothing was written for ${feature}: ${list}`, {
    nextSteps: ['Correct the files named above and run the command again.'],
    context: { feature_slug: feature, skipped },
  })
}

function invalid(feature: string, problems: readonly { message: string }[]): KittyError {
  return new KittyError(
    'ValidationError',
    `Nothing was written for ${feature}: ${problems.map(({ message }) => message).join('; ')}`,
    {
      nextSteps: ['Correct the files named above and run the command again.'],
      context: { feature_slug: feature, problems },
    },
  )
}

/** Some of all features are wrong; the others have been written. */
function notAll(
  features: readonly FinalizedFeature[],
  skipped: readonly SkippedFile[],
  refused: readonly { feature: string; error: KittyError }[],
): KittyError {
  const reasons = refused.map(({ error }) => error.message)
  return new KittyError(
    'ValidationError',
    `${refused.length} of ${features.length + refused.length} features ${refused.length === 1 ? 'was' : 'were'} not taken in. ${reasons.join('. ')}`,
    {
      nextSteps: [
        'Correct the files named above and run the command again; the other features are in the log.',
      ],
      context: {
        features,
        skipped: [
          ...refused.map(({ feature, error }) => ({ file: `kitty-specs/${feature}`, reason: error.message })),
          ...skipped,
        ],
      },
    },
  )
}
