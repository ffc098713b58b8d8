import { inject, injectable } from 'inversify'
import { quoted } from '../../errors/secrets.js'
import { Emits } from '../../../aspects/emits.js'
import { Exclusive } from '../../../aspects/exclusive.js'
import { SyncsDefinition } from '../../../aspects/syncs-definition.js'
import { KittyError } from '../../errors/kitty-error.js'
import {
  isKittyEvent,
  type LogEvent,
  validTransitions,
  type WorkflowTable,
  type WorkPackageState,
} from '../../events-lib.js'
import type { GateDocument } from '../../projections/board-document.js'
import { gateDocuments } from '../../projections/work-packages.js'
import { refuseLostClaim } from '../claims/lost-claim.js'
import { SyncDefinition } from '../definitions/sync-definition.js'
import { firstEvent, isOf, type Repeats } from '../first-event.js'
import { knownWorkPackage } from '../known-work-package.js'
import { EventStore, type Decision, decided, type Provenance } from '../../store/event-store.js'
import { Workflow } from '../../workspace/config.js'
import { ErrorStorage } from '../../errors/error-storage.js'
import { sentence, shownWords } from '../../errors/next-step.js'

export type GateStatus = 'pending' | 'passed' | 'failed'

export interface AddGateRequest {
  readonly feature: string
  readonly workPackage: string
  readonly type: string
  readonly provenance: Provenance
}

export interface SetGateRequest {
  readonly feature: string
  readonly gate: string
  readonly status: GateStatus
  readonly details?: string | undefined
  readonly provenance: Provenance
}

export interface GateResult {
  readonly gate: GateDocument
  readonly event: LogEvent
}

const TYPE = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/

/** Gates that must pass before a work package is done: adding them and recording their results. */
@injectable()
export class Gates {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(ErrorStorage) private readonly errors: ErrorStorage,
    @inject(SyncDefinition) readonly syncDefinition: SyncDefinition,
  ) {}

  async list(feature: string, workPackage?: string): Promise<GateDocument[]> {
    const shown =
      workPackage === undefined
        ? await this.store.workPackages(feature)
        : [await knownWorkPackage(this.store, feature, workPackage)]
    return shown.flatMap(gateDocuments)
  }

  /** @throws KittyError UnknownWorkPackage; UsageError for an unknown type */
  @Exclusive
  @SyncsDefinition
  async add(request: AddGateRequest): Promise<GateResult> {
    if (!TYPE.test(request.type)) throw noType(request.type)
    const { events } = await this.decideAdd({ ...request, repeats: isThisGate(request) })
    const event = firstEvent('GateCreated', events, request.provenance)
    return { gate: await this.#document(event.payload.feature_slug, event.entity_id), event }
  }

  /** Stores nothing. @throws KittyError UnknownGate, naming the existing gates */
  async check({ feature, gate }: SetGateRequest): Promise<void> {
    await this.#document(feature, gate)
  }

  /**
   * Also stores a failed gate as an error record, before it returns.
   * @throws KittyError UnknownGate, naming the existing gates; LostRace for a holder whose claim has lost
   */
  @Exclusive
  async set(request: SetGateRequest): Promise<GateResult> {
    const { events, repeated } = await this.decideSet({ ...request, repeats: isThisResult(request) })
    const event = firstEvent('GateResultChanged', events, request.provenance)
    const gate = await this.#document(event.payload.feature_slug, event.entity_id)
    if (event.payload.new_status === 'failed' && !repeated) await this.#recordFailure(gate, request)
    return { gate, event }
  }

  @Emits
  protected async decideAdd({
    feature,
    workPackage,
    type,
    provenance,
  }: AddGateRequest & Repeats): Promise<Decision> {
    const state = await knownWorkPackage(this.store, feature, workPackage)
    refuseLostClaim(state, provenance)
    const gate_id = freeId(state, type)
    const payload = { feature_slug: feature, work_package_id: workPackage, gate_id, gate_type: type }
    return decided([{ event_type: 'GateCreated', entity_id: gate_id, entity_type: 'Gate', payload }])
  }

  @Emits
  protected async decideSet({
    feature,
    gate,
    status,
    details,
    provenance,
  }: SetGateRequest & Repeats): Promise<Decision> {
    const { gate_id, status: old_status, work_package } = await this.#document(feature, gate)
    refuseLostClaim(await knownWorkPackage(this.store, feature, work_package), provenance)
    const result = details === undefined ? {} : { result_data: { details } }
    const payload = { feature_slug: feature, gate_id, old_status, new_status: status, ...result }
    return decided([{ event_type: 'GateResultChanged', entity_id: gate_id, entity_type: 'Gate', payload }])
  }

  async #document(feature: string, gate: string): Promise<GateDocument> {
    const gates = await this.list(feature)
    const found = gates.find(({ gate_id }) => gate_id === gate)
    if (found !== undefined) return found
    throw unknownGate(feature, gate, gates)
  }

  async #recordFailure(gate: GateDocument, { details, provenance }: SetGateRequest): Promise<void> {
    const { feature, work_package, gate_id, gate_type } = gate
    const current_status =
      (await this.store.workPackage(feature, work_package))?.lane ?? this.workflow.initial
    this.errors.record({
      error_type: 'GateFailure',
      entity_id: work_package,
      attempted_operation: `agent gates set ${gate_id}`,
      reason: `${gate_type} failed for ${work_package}${details === undefined ? '' : `: ${details}`}`,
      context: {
        feature_slug: feature,
        work_package,
        gate_id,
        gate_type,
        current_status,
        requested_status: null,
        valid_transitions: validTransitions(this.workflow, current_status),
        blockers: [gate_id],
        actor: provenance.actor,
      },
    })
  }
}

function isThisGate({ feature, workPackage, type }: AddGateRequest): Repeats['repeats'] {
  return (earlier) =>
    earlier.every(
      (event) =>
        isKittyEvent(event) &&
        event.event_type === 'GateCreated' &&
        event.payload.feature_slug === feature &&
        event.payload.work_package_id === workPackage &&
        event.payload.gate_type === type,
    )
}

function isThisResult({ feature, gate, status, details }: SetGateRequest): Repeats['repeats'] {
  return (earlier) =>
    earlier.every(
      (event) =>
        isKittyEvent(event) &&
        event.event_type === 'GateResultChanged' &&
        isOf(event, feature, gate) &&
        event.payload.new_status === status &&
        JSON.stringify(event.payload.result_data ?? null) ===
          JSON.stringify(details === undefined ? null : { details }),
    )
}

/**
 * Builds the ID from package and type: if two branches add the same gate, they choose the same ID, and a merge leaves
 * one gate. Only a second gate of a type gets a number, behind a colon, which no type has: the second gate of `CI` is none
 * of `CI-2`.
 */
function freeId({ work_package_id, gates }: WorkPackageState, type: string): string {
  const taken = new Set(gates.map((gate) => gate.gate_id))
  const plain = `${work_package_id}-${type}`
  if (!taken.has(plain)) return plain
  for (let number = 2; ; number += 1) if (!taken.has(`${plain}:${number}`)) return `${plain}:${number}`
}

function noType(type: string): KittyError {
  return new KittyError('UsageError', `${quoted(type, 80)} is no type of gate.`, {
    nextSteps: [
      'allowed form: a letter, then letters, digits and _ . -, at most 64; for example CI_CHECK or REVIEW',
    ],
  })
}

function unknownGate(feature: string, gate: string, gates: readonly GateDocument[]): KittyError {
  const known = gates.map(({ gate_id }) => gate_id)
  const steps =
    known.length === 0
      ? shownWords(['kitty', 'agent', 'gates', 'add', 'WP01', '--type', 'CI_CHECK'])
      : [sentence`There are: ${known}`]
  return new KittyError('UnknownGate', `${feature} has no gate ${quoted(gate, 120)}.`, {
    nextSteps: steps,
    context: { feature_slug: feature, gate, known },
  })
}
