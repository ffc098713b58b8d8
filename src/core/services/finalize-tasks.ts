import { join, relative } from 'node:path'
import { inject, injectable } from 'inversify'
import { Emits } from '../../aspects/emits.js'
import { Exclusive } from '../../aspects/exclusive.js'
import { TOKENS } from '../di/tokens.js'
import { KittyError } from '../errors/kitty-error.js'
import type { NewEvent } from '../events-lib.js'
import { checkTasks } from '../specs/check-tasks.js'
import { readFeature, readTasks, type SkippedFile } from '../specs/feature-folder.js'
import type { StatedWorkPackage } from '../specs/work-package-file.js'
import { type Decision, decided, type EventStore, type Provenance } from '../store/event-store.js'
import type { Workspace } from '../workspace/workspace.js'

export interface FinalizeRequest {
  readonly features: readonly string[]
  /** Features without a tasks folder are passed over instead of refused. */
  readonly all: boolean
  readonly provenance: Provenance
}

export interface FinalizedFeature {
  readonly feature: string
  readonly created: readonly string[]
  readonly existing: readonly string[]
  readonly skipped: readonly SkippedFile[]
}

export interface FinalizeResult {
  readonly features: readonly FinalizedFeature[]
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
    @inject(TOKENS.EventStore) private readonly store: EventStore,
    @inject(TOKENS.Workspace) private readonly workspace: Workspace,
  ) {}

  /** @throws KittyError ValidationError (ids, dependencies, cycles), DamagedData (a file that cannot be read), UsageError (no tasks folder); nothing is written then. */
  async finalize(request: FinalizeRequest): Promise<FinalizeResult> {
    // A thousand files take most of a second, which nobody else is to wait for.
    const folders: FeatureFolder[] = []
    for (const feature of request.features) {
      const stated = readFeature(this.workspace.specsDir, feature)
      folders.push({ stated, tasks: await readTasks(stated.dir) })
    }
    return this.record(folders, request)
  }

  @Exclusive
  protected async record(
    folders: readonly FeatureFolder[],
    request: FinalizeRequest,
  ): Promise<FinalizeResult> {
    const plans: PlannedFeature[] = []
    for (const folder of folders) plans.push(await this.#plan(folder, request))
    const { events, repeated } = await this.write({ provenance: request.provenance, plans })
    const features = plans.map(({ feature, created, existing, skipped }) => ({
      feature,
      created,
      existing,
      skipped,
    }))
    return { features, events: repeated ? 0 : events.length }
  }

  @Emits
  protected async write(request: {
    provenance: Provenance
    plans: readonly PlannedFeature[]
  }): Promise<Decision> {
    return decided(request.plans.flatMap((plan) => plan.drafts))
  }

  async #plan({ stated, tasks }: FeatureFolder, request: FinalizeRequest): Promise<PlannedFeature> {
    const { slug: feature } = stated
    const { all, provenance } = request
    const known = (await this.store.workPackages(feature)).filter((state) => state.created)
    const existing = new Set(known.map((state) => state.work_package_id))
    if (tasks.kind === 'no_tasks_folder') {
      if (!all) throw noTasks(feature, tasks.dir, tasks.reason)
      const skipped = [{ file: this.#short(tasks.dir), reason: tasks.reason }]
      return { feature, created: [], existing: [...existing], skipped, drafts: [] }
    }
    if (tasks.skipped.length > 0) throw unreadable(feature, tasks.skipped)
    const problems = checkTasks(tasks.workPackages, [...existing])
    if (problems.length > 0) throw invalid(feature, problems)
    const fresh = tasks.workPackages.filter((stated) => !existing.has(stated.work_package_id))
    const hasSpec = (await this.store.features()).some((row) => row.feature_slug === feature)
    const spec = hasSpec ? [] : [specCreated(stated, provenance.actor)]
    const drafts = [...spec, ...fresh.map((workPackage) => created(feature, workPackage))]
    return {
      feature,
      created: fresh.map((workPackage) => workPackage.work_package_id),
      existing: [...existing],
      skipped: [],
      drafts,
    }
  }

  #short(path: string): string {
    return relative(this.workspace.root, path)
  }
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
