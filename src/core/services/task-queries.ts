import { inject, injectable } from 'inversify'
import { TOKENS } from '../di/tokens.js'
import { isKittyEvent, type LogEvent, type WorkflowTable, type WorkPackageState } from '../events-lib.js'
import type { GateDocument, NoteDocument, WorkPackageDetailDocument, WorkPackageDocument } from '../projections/board-document.js'
import { eventDocument } from '../projections/event-document.js'
import { byId, workPackageDocument } from '../projections/work-packages.js'
import type { EventStore } from '../store/event-store.js'
import { knownLane } from './known-lane.js'
import { knownWorkPackage } from './known-work-package.js'
import type { LaneFiles } from './lane-files.js'

export interface TaskFilter {
  readonly feature: string
  readonly lane?: string | undefined
  readonly tag?: string | undefined
}

/** What there is to know about work packages. */
@injectable()
export class TaskQueries {
  constructor(
    @inject(TOKENS.EventStore) private readonly store: EventStore,
    @inject(TOKENS.Workflow) private readonly workflow: WorkflowTable,
    @inject(TOKENS.LaneFiles) private readonly laneFiles: LaneFiles,
  ) {}

  /** @throws KittyError UsageError for a lane there is not. */
  async list({ feature, lane: asked, tag }: TaskFilter): Promise<WorkPackageDocument[]> {
    const lane = asked === undefined ? undefined : knownLane(this.workflow, asked)
    const states = byId(await this.store.workPackages(feature))
    return [...states.values()]
      .map((state) => this.#document(state, states))
      .filter((document) => lane === undefined || document.lane === lane)
      .filter((document) => tag === undefined || document.tags.includes(tag))
  }

  /** @throws KittyError UnknownWorkPackage. */
  async show(feature: string, workPackage: string): Promise<WorkPackageDetailDocument> {
    const states = byId(await this.store.workPackages(feature))
    const state = knownWorkPackage(states, feature, workPackage)
    const history = await this.store.history(feature, workPackage)
    return {
      ...this.#document(state, states),
      history: history.map(eventDocument),
      gates_list: gates(state),
      usage: state.usage,
      notes: history.flatMap(note),
      conflicts: state.conflicts,
    }
  }

  #document(state: WorkPackageState, feature: ReadonlyMap<string, WorkPackageState>): WorkPackageDocument {
    return workPackageDocument(state, feature, this.workflow, this.laneFiles.fileOf)
  }
}

function gates(state: WorkPackageState): GateDocument[] {
  return state.gates.map(({ gate_id, gate_type, status }) => ({
    gate_id,
    work_package: state.work_package_id,
    feature: state.feature_slug,
    gate_type: gate_type ?? 'unknown',
    status,
  }))
}

function note(event: LogEvent): NoteDocument[] {
  if (!isKittyEvent(event) || event.event_type !== 'NoteAdded') return []
  const { event_id, actor, timestamp, payload } = event
  return [{ event_id, actor, timestamp, text: payload.text }]
}
