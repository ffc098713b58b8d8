import { inject, injectable } from 'inversify'
import { keyIsTaken } from '../../errors/key-is-taken.js'
import { KittyError } from '../../errors/kitty-error.js'
import { shownCommand } from '../../errors/next-step.js'
import type { LogEvent, MergeOptions, WorkflowTable, WorkPackageState } from '../../events-lib.js'
import type { EventDocument } from '../../projections/board-document.js'
import { EventStore, type Provenance } from '../../store/event-store.js'
import { FoldRules, Workflow } from '../../workspace/config.js'
import { ArchiveFeature } from './archive-feature.js'
import { DefinitionFiles } from '../definitions/definition-files.js'
import { stateBefore } from '../packages/state-before.js'
import { Workspaces } from '../workspaces/workspaces.js'
import { passGate } from '../moves/pass-gate.js'

export interface AcceptRequest {
  readonly feature: string
  readonly reason?: string | undefined
  readonly provenance: Provenance
}

export interface AcceptResult {
  readonly feature: string
  /** How many packages are done, and how many were canceled. */
  readonly done: number
  readonly dropped: number
  readonly event: EventDocument
}

/** What keeps a feature from being accepted, and what to do. */
interface Blocker {
  readonly work_package: string
  readonly reason: string
  readonly step: readonly string[]
}

/** Closes a feature: checks that nothing of it is open, then archives it. */
@injectable()
export class AcceptFeature {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(FoldRules) private readonly foldRules: MergeOptions,
    @inject(DefinitionFiles) private readonly files: DefinitionFiles,
    @inject(Workspaces) private readonly workspaces: Workspaces,
    @inject(ArchiveFeature) private readonly archive: ArchiveFeature,
  ) {}

  /** @throws KittyError ValidationError that names everything that is open; as `ArchiveFeature.archive` */
  async accept({ feature, reason, provenance }: AcceptRequest): Promise<AcceptResult> {
    return this.store.exclusively('accept', async () => {
      const { causationId } = provenance
      const earlier = causationId === null ? [] : await this.store.causedBy(causationId)
      const [first] = earlier
      const known = await this.store.workPackages(feature)
      const states = first === undefined ? known : await this.#statesBefore(first, known)
      if (first === undefined) {
        const blockers = await this.#blockers(feature, states)
        if (blockers.length > 0) throw notYet(feature, blockers)
      } else if (states.some((state) => this.#openIn(state).length > 0)) {
        // It was archived with open work, and not accepted.
        throw keyIsTaken(causationId ?? '', earlier)
      }
      const dropped = states.filter(({ lane }) => this.workflow.dropped.includes(lane)).length
      const archived = await this.archive.archive({ feature, restore: false, reason, provenance })
      return { feature, done: states.length - dropped, dropped, event: archived.event }
    })
  }

  async #statesBefore(event: LogEvent, known: readonly WorkPackageState[]): Promise<WorkPackageState[]> {
    const states: WorkPackageState[] = []
    for (const { work_package_id } of known) {
      const state = await stateBefore(this.store, event, work_package_id, this.foldRules)
      if (state !== undefined) states.push(state)
    }
    return states
  }

  async #blockers(feature: string, states: readonly WorkPackageState[]): Promise<Blocker[]> {
    const known = new Set(states.map((state) => state.work_package_id))
    const fresh = [...(await this.files.read(feature)).keys()].filter((id) => !known.has(id))
    const worktrees = (await this.workspaces.list(feature)).filter((one) => one.exists)
    return [
      ...states.flatMap((state) => this.#openIn(state)),
      ...fresh.map((id) => ({
        work_package: id,
        reason: 'is not in the log yet',
        step: ['kitty', 'sync', feature],
      })),
      ...worktrees.map(({ work_package, workspace_path }) => ({
        work_package,
        reason: `has the worktree ${workspace_path}`,
        step: ['kitty', 'agent', 'workspaces', 'remove', `${feature}/${work_package}`],
      })),
    ]
  }

  #openIn({ feature_slug, work_package_id, lane, gates, conflicts, collision }: WorkPackageState): Blocker[] {
    const name = `${feature_slug}/${work_package_id}`
    const { done, dropped } = this.workflow
    const isDropped = dropped.includes(lane)
    const open = isDropped ? [] : gates.filter(({ status }) => status !== 'passed')
    const blockers = [
      ...(isDropped || done.includes(lane)
        ? []
        : [{ reason: `is in ${lane}`, step: ['kitty', 'show', name] }]),
      ...open.map(({ gate_id, status }) => ({
        reason: `has the gate ${gate_id}, which is ${status}`,
        step: passGate(feature_slug, gate_id),
      })),
      ...conflicts.map(({ register }) => ({
        reason: `has an open conflict (${register})`,
        step: ['kitty', 'conflicts', '--feature', feature_slug],
      })),
      ...(collision.length > 1
        ? [{ reason: 'is the id of several packages', step: ['kitty', 'show', name] }]
        : []),
    ]
    return blockers.map((blocker) => ({ work_package: work_package_id, ...blocker }))
  }
}

function notYet(feature: string, blockers: readonly Blocker[]): KittyError {
  const named = blockers.slice(0, 5).map(({ work_package, reason }) => `${work_package} ${reason}`)
  const more = blockers.length > named.length ? `, and ${blockers.length - named.length} more` : ''
  return new KittyError('ValidationError', `${feature} is not finished: ${named.join('; ')}${more}.`, {
    nextSteps: [...new Set(blockers.flatMap(({ step }) => shownCommand(step)))].slice(0, 5),
    context: {
      feature_slug: feature,
      blockers: blockers.map(({ work_package, reason }) => ({ work_package, reason })),
    },
  })
}
