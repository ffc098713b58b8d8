import { inject, injectable } from 'inversify'
import type { ErrorRecord } from '../errors/error-record.js'
import { type RefusalKind, resolveLane, type WorkflowTable } from '../events-lib.js'
import { byId, dependencyLanes } from '../projections/work-packages.js'
import { knownLane } from './moves/known-lane.js'
import { moment } from './events/event-queries.js'
import { knownWorkPackage } from './known-work-package.js'
import { ErrorStorage } from '../errors/error-storage.js'
import type { Scope } from './scope.js'
import { EventStore } from '../store/event-store.js'
import { Workflow } from '../workspace/config.js'
import { MoveRules } from '../rules/move-rules.js'
import { Recall } from './recall.js'

export interface ErrorFlags {
  readonly entity?: string | undefined
  readonly type?: string | undefined
  readonly feature?: string | undefined
  readonly since?: string | undefined
  readonly limit?: number | undefined
}

export interface MatchQuestion {
  readonly feature: string
  readonly workPackage: string
  readonly to: string
  readonly actor: string
}

export interface MatchAnswer {
  readonly feature: string
  readonly work_package: string
  readonly current_status: string
  readonly requested_status: string
  /** The refusal that the move would meet now. Null if the move is allowed. */
  readonly refusal: {
    readonly kind: RefusalKind
    readonly message: string
    readonly blockers: readonly string[]
  } | null
  /** Earlier refusals, newest first. */
  readonly errors: readonly ErrorRecord[]
  readonly count: number
}

/** Past errors, for a caller about to repeat the same action. */
@injectable()
export class ErrorQueries {
  constructor(
    @inject(ErrorStorage) private readonly errors: ErrorStorage,
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(MoveRules) private readonly rules: MoveRules,
    @inject(Recall) private readonly recall: Recall,
  ) {}

  /** @throws KittyError UnknownFeature; UsageError for a bound that is neither a day nor a UTC time */
  async list(scope: Scope, { entity, type, feature, since, limit }: ErrorFlags): Promise<ErrorRecord[]> {
    return this.errors.list({
      type,
      limit,
      ...(await scope.entity(entity, feature)),
      since: moment('--since', since),
    })
  }

  /** Writes nothing, not even an error record. @throws KittyError UnknownWorkPackage; UsageError for an unknown lane */
  async match({ feature, workPackage, to, actor }: MatchQuestion): Promise<MatchAnswer> {
    knownLane(this.workflow, to)
    const lane = resolveLane(this.workflow, to) ?? to
    const state = await knownWorkPackage(this.store, feature, workPackage)
    const dependencies = dependencyLanes(state, byId(await this.store.boardRows(feature)))
    const decision = this.rules.decide({ state, to: lane, actor, dependencies })
    const errors = this.recall.about({
      feature,
      workPackage,
      to: lane,
      gates: this.rules.asks('gates_passed', lane),
    })
    const refusal = decision.ok ? null : briefly(decision.refusal)
    return {
      feature,
      work_package: workPackage,
      current_status: state.lane,
      requested_status: lane,
      refusal,
      errors,
      count: errors.length,
    }
  }
}

function briefly({ kind, message, blockers }: NonNullable<MatchAnswer['refusal']>): MatchAnswer['refusal'] {
  return { kind, message, blockers }
}
