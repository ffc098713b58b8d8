import { inject, injectable } from 'inversify'
import type { AboutPackages } from '../../../aspects/syncs-definition.js'
import { isKittyError, KittyError } from '../../errors/kitty-error.js'
import type { NewEvent } from '../../events-lib.js'
import { readFeature } from '../../specs/feature-folder.js'
import { EventStore } from '../../store/event-store.js'
import { Workspace } from '../../workspace/workspace.js'
import { specCreated } from '../features/feature-created.js'
import { changeText } from './change-text.js'
import { type DefinitionPlan, PlanDefinitions } from './plan-definitions.js'

/** Syncs the packages that a command is about, as part of the command's own append. */
@injectable()
export class SyncDefinition {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(PlanDefinitions) private readonly plans: PlanDefinitions,
    @inject(Workspace) private readonly workspace: Workspace,
  ) {}

  /** @throws KittyError what `work` throws; ValidationError or DamagedData for a file that cannot be synced */
  async before<T>({ feature, workPackages, provenance }: AboutPackages, work: () => Promise<T>): Promise<T> {
    const plan = await this.#plan(feature, new Set(workPackages))
    if (plan === undefined) return work()
    if (plan.problems.length > 0) throw unsynced(plan)
    if (plan.drafts.length === 0) return work()
    const drafts = [...(await this.specOf(feature, provenance.actor)), ...plan.drafts]
    try {
      const { answer, isWritten } = await this.store.supposing(drafts, provenance, work)
      if (isWritten) this.plans.written(plan)
      return answer
    } catch (error) {
      throw isKittyError(error) ? explained(error, plan) : error
    }
  }

  /** Usually nothing differs, and finding that out needs only the states of these packages. */
  async #plan(feature: string, only: ReadonlySet<string>): Promise<DefinitionPlan | undefined> {
    const own = await Promise.all([...only].map((id) => this.store.workPackage(feature, id)))
    if (
      await this.plans.isInSync(
        feature,
        own.flatMap((state) => state ?? []),
        only,
      )
    )
      return undefined
    return this.plans.plan({ feature, states: await this.store.workPackages(feature), only })
  }

  /** The event that adds the feature to the log, if it is not there yet. */
  async specOf(feature: string, actor: string): Promise<NewEvent[]> {
    const isKnown = (await this.store.features()).some((row) => row.feature_slug === feature && row.specified)
    return isKnown ? [] : [specCreated(readFeature(this.workspace.specsDir, feature), actor)]
  }
}

/** Explains why the files cannot be synced and that nothing was written. */
export function unsynced({ feature, problems }: DefinitionPlan): KittyError {
  const kind = problems.some((problem) => problem.kind === 'unreadable') ? 'DamagedData' : 'ValidationError'
  const reasons = problems.map(({ message }) => message).join('; ')
  return new KittyError(kind, `Nothing was written for ${feature}: ${reasons}`, {
    nextSteps: ['Correct the files named above and run the command again.'],
    context: { feature_slug: feature, problems },
  })
}

/** The same refusal, with a note that it is based on the files as they are now. */
function explained(error: KittyError, plan: DefinitionPlan): KittyError {
  const changes = [
    ...plan.changed.map((change) => `${change.file} (${changeText(change)})`),
    ...plan.created.map((id) => `${id}, which is new`),
  ]
  return new KittyError(
    error.kind,
    `${error.message} This is judged by what is not in the log yet: ${changes.join(', ')}.`,
    {
      nextSteps: error.nextSteps,
      context: {
        ...error.context,
        not_synced: [...plan.created, ...plan.changed.map((one) => one.work_package)],
      },
      cause: error,
    },
  )
}
