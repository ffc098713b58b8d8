import { inject, injectable } from 'inversify'
import { isKittyEvent, type LogEvent, type WorkflowTable } from '../../events-lib.js'
import { type BoardRow, boardRowOf } from '../../index/board-row.js'
import type {
  NoteDocument,
  ReadyDocument,
  WorkPackageDetailDocument,
  WorkPackageDocument,
} from '../../projections/board-document.js'
import { withFresh } from '../../projections/board.js'
import type { Mark, MarksOf } from '../../projections/marks.js'
import { eventDocument } from '../../projections/documents.js'
import {
  byId,
  gateDocuments,
  type LeaseOf,
  readyDocuments,
  workPackageDocument,
} from '../../projections/work-packages.js'
import { Leases, leaseIn } from '../claims/leases.js'
import { knownLane } from '../moves/known-lane.js'
import { EventStore } from '../../store/event-store.js'
import { Workflow } from '../../workspace/config.js'
import { DefinitionMarks } from '../definitions/definition-marks.js'
import { PackageStates } from '../definitions/package-states.js'
import { LaneFiles } from '../moves/lane-files.js'

export interface TaskFilter {
  readonly feature: string
  readonly lane?: string | undefined
  readonly tag?: string | undefined
}

/** No one may be offered what is not in the log, waits for itself, has two files, or has one that cannot be read. */
const NOT_OFFERED: ReadonlySet<Mark> = new Set(['new', 'cycle', 'twice', 'unreadable'])

/** Queries about work packages. */
@injectable()
export class TaskQueries {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(LaneFiles) private readonly laneFiles: LaneFiles,
    @inject(DefinitionMarks) private readonly marks: DefinitionMarks,
    @inject(Leases) private readonly leases: Leases,
    @inject(PackageStates) private readonly states: PackageStates,
  ) {}

  /** @throws KittyError UsageError for an unknown lane */
  async list({ feature, lane: asked, tag }: TaskFilter): Promise<WorkPackageDocument[]> {
    const lane = asked === undefined ? undefined : knownLane(this.workflow, asked)
    const logged = await this.store.boardRows(feature)
    const marks = await this.marks.of([feature], logged)
    const rows = byId(marks.fresh.length === 0 ? logged : withFresh(logged, marks.fresh))
    const leaseOf = leaseIn(await this.leases.of(logged))
    return [...rows.values()]
      .map((row) => this.#document(row, rows, marks.marksOf, leaseOf))
      .filter((document) => lane === undefined || document.lane === lane)
      .filter((document) => tag === undefined || document.tags.includes(tag))
  }

  /** The packages of these features that can be started now. */
  async ready(features: readonly string[]): Promise<ReadyDocument[]> {
    const lists = await Promise.all(features.map((feature) => this.list({ feature })))
    return lists.flatMap((documents) => this.readyOf(documents))
  }

  /** Of one feature's packages, those that can be started now. */
  readyOf(documents: readonly WorkPackageDocument[]): ReadyDocument[] {
    return readyDocuments(documents, this.workflow).filter(
      ({ marks, file }) =>
        !marks.some(({ mark }) => NOT_OFFERED.has(mark) || (mark === 'elsewhere' && file === null)),
    )
  }

  /** @throws KittyError as `PackageStates.find` */
  async show(feature: string, workPackage: string): Promise<WorkPackageDetailDocument> {
    const state = await this.states.find(feature, workPackage)
    const logged = await this.store.boardRows(feature)
    const rows = byId(logged)
    const row = boardRowOf(state)
    const marksOf = await this.marks.ofOnly(feature, logged, new Set([workPackage]))
    const history = await this.store.history(feature, workPackage)
    return {
      ...this.#document(row, rows, marksOf, leaseIn(await this.leases.of([row]))),
      history: history.map(eventDocument),
      gates_list: gateDocuments(state),
      usage: state.usage,
      notes: notesIn(history),
      conflicts: state.conflicts,
    }
  }

  #document(
    row: BoardRow,
    feature: ReadonlyMap<string, BoardRow>,
    marksOf: MarksOf,
    leaseOf: LeaseOf,
  ): WorkPackageDocument {
    return workPackageDocument(row, () => feature, this.workflow, this.laneFiles.fileOf, marksOf, leaseOf)
  }
}

/** The notes that no one has taken back. */
function notesIn(history: readonly LogEvent[]): NoteDocument[] {
  const retracted = new Set(history.flatMap(retractedBy))
  return history.flatMap(note).filter(({ event_id }) => !retracted.has(event_id))
}

function retractedBy(event: LogEvent): string[] {
  return isKittyEvent(event) && event.event_type === 'NoteRetracted' ? [event.payload.note] : []
}

function note(event: LogEvent): NoteDocument[] {
  if (!isKittyEvent(event) || event.event_type !== 'NoteAdded') return []
  const { event_id, actor, timestamp, payload } = event
  return [{ event_id, actor, timestamp, text: payload.text }]
}
