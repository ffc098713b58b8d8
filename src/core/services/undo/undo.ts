import { inject, injectable } from 'inversify'
import { Emits } from '../../../aspects/emits.js'
import { Exclusive } from '../../../aspects/exclusive.js'
import { sentence } from '../../errors/next-step.js'
import {
  isKittyEvent,
  isSameHolder,
  type LogEvent,
  type NewEvent,
  type WorkflowTable,
} from '../../events-lib.js'
import { Notices } from '../../errors/notices.js'
import type { EventDocument } from '../../projections/board-document.js'
import { eventDocument } from '../../projections/documents.js'
import { dependencyLanes } from '../../projections/work-packages.js'
import type { MadeMove } from '../../rules/move-rule.js'
import { MoveRules } from '../../rules/move-rules.js'
import { cyclesIn } from '../../specs/check-tasks.js'
import { EventStore, type Decision, decided, type Provenance } from '../../store/event-store.js'
import { keepArchivedNames } from '../../workspace/archived-names.js'
import { Workflow } from '../../workspace/config.js'
import { holderOf } from '../../workspace/holder.js'
import { Workspace } from '../../workspace/workspace.js'
import { WriteDefinitions } from '../definitions/write-definitions.js'
import { knownWorkPackage } from '../known-work-package.js'
import { type EventOf, isMove, madeMove, type Repeats } from '../first-event.js'
import { refusedMove } from '../moves/move-refusal.js'
import { SubtaskFiles } from '../packages/subtask-files.js'
import { lastCommand } from './last-command.js'
import { LaterText } from './later-text.js'
import {
  assignmentBack,
  definitionBack,
  droppedLane,
  gateBack,
  type Ground,
  moveBack,
  tagsBack,
  tickBack,
  usageBack,
} from './opposites.js'
import { TAKEN_BACK, takesBack } from './takes-back.js'
import { type UndoneCommand, undoneCommand } from './undone-command.js'
import { builtOn, insteadOf, nothingToUndo, staysWritten, wouldWait } from './refusals.js'

export interface UndoRequest {
  readonly provenance: Provenance
}

export interface UndoResult {
  /** What was taken back, in the order in which it was written. Empty for a repeat with the same key. */
  readonly undone: readonly EventDocument[]
  /** What takes it back. */
  readonly events: readonly EventDocument[]
}

interface Undoing extends Decision {
  readonly undone?: readonly LogEvent[]
}

/** Takes back the last command of a holder: with events that say the opposite, in one append, or not at all. */
@injectable()
export class Undo {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(MoveRules) private readonly rules: MoveRules,
    @inject(SubtaskFiles) private readonly subtaskFiles: SubtaskFiles,
    @inject(WriteDefinitions) private readonly definitions: WriteDefinitions,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Notices) private readonly notices: Notices,
    @inject(LaterText) private readonly texts: LaterText,
  ) {}

  /**
   * @throws KittyError LostRace if someone has built on it; StateTransitionError if there is nothing to take back, or
   * something that stays
   */
  async undo(request: UndoRequest): Promise<UndoResult> {
    const { result, moves } = await this.make(request)
    await this.rules.follow(moves, 'released')
    return result
  }

  @Exclusive
  protected async make(request: UndoRequest): Promise<{ result: UndoResult; moves: readonly MadeMove[] }> {
    const repeats: Repeats['repeats'] = (earlier) => this.#takeBack(earlier, request)
    const { events, undone = [], repeated } = await this.decide({ ...request, repeats })
    const moves = events.flatMap((event) => (isMove(event) ? madeMove(event, repeated) : []))
    await this.rules.follow(moves, 'underLock')
    for (const event of events) await this.#intoFiles(event)
    const result = { undone: undone.map(eventDocument), events: events.map(eventDocument) }
    return { result, moves }
  }

  @Emits
  protected async decide({ provenance }: UndoRequest & Repeats): Promise<Undoing> {
    const undone = await lastCommand(this.store, provenance)
    this.texts.refuse(undone, provenance)
    if (undone.length === 0) throw nothingToUndo(provenance.actor, provenance.session ?? null)
    const drafts: NewEvent[] = []
    const command = undoneCommand(undone, this.store)
    for (const event of undone.toReversed()) drafts.push(await this.#opposite(event, command, provenance))
    for (const event of undone)
      if (isKittyEvent(event) && event.event_type === 'WPChanged') await this.#refuseCycle(event, command)
    this.texts.warn(undone, provenance)
    return { ...decided(drafts), undone }
  }

  /** True if each event takes back one of this holder's last command before it. */
  async #takeBack(earlier: readonly LogEvent[], { provenance }: UndoRequest): Promise<boolean> {
    for (const event of earlier) {
      if (!isKittyEvent(event)) return false
      const command = await lastCommand(this.store, provenance, event)
      const { feature_slug: feature } = event.payload
      const history = await this.store.read({ feature, entity: event.entity_id })
      if (!command.some((other) => isKittyEvent(other) && takesBack(event, other, history))) return false
    }
    return true
  }

  async #opposite(event: LogEvent, command: UndoneCommand, provenance: Provenance): Promise<NewEvent> {
    if (!isKittyEvent(event)) throw staysWritten(event, [])
    switch (event.event_type) {
      case 'WPStatusChanged':
        return moveBack(event, await this.#ground(event))
      case 'SubtaskCompleted':
        return tickBack(event, await this.#ground(event))
      case 'GateResultChanged':
        return gateBack(event, await this.#groundOfGate(event))
      case 'TagsChanged':
        return tagsBack(event, await this.#ground(event))
      case 'WPChanged':
        return definitionBack(event, await this.#ground(event))
      case 'UsageRecorded':
        return usageBack(event)
      case 'Assigned':
        return assignmentBack(event, await this.#ground(event))
      case 'NoteAdded':
        return this.#retraction(event)
      case 'FeatureArchived':
      case 'FeatureRestored':
        return this.#archivingBack(event)
      case 'WPCreated':
        return this.#cancellation(event, command, provenance)
      case 'NoteRetracted':
      case 'LinkAdded':
      case 'GateCreated':
      case 'SpecCreated':
      case 'WorkspaceCreated':
      case 'HeadsJoined':
        throw staysWritten(event, insteadOf(event))
      default:
        return event satisfies never
    }
  }

  #retraction({ event_id, entity_id, entity_type, payload, ...event }: EventOf<'NoteAdded'>): NewEvent {
    if (entity_type !== 'WorkPackage')
      throw staysWritten({ event_id, entity_id, entity_type, payload, ...event }, [])
    const { feature_slug } = payload
    return { event_type: 'NoteRetracted', entity_id, entity_type, payload: { feature_slug, note: event_id } }
  }

  async #archivingBack(event: EventOf<'FeatureArchived' | 'FeatureRestored'>): Promise<NewEvent> {
    const { feature_slug } = event.payload
    const later = await this.store.read({ feature: feature_slug, entityType: 'FeatureSpec', after: event })
    const change = later.find(
      (one) => one.event_type.startsWith('FeatureArch') || one.event_type === 'FeatureRestored',
    )
    if (change !== undefined) throw builtOn(event, change, 'The archiving')
    const event_type = event.event_type === 'FeatureArchived' ? 'FeatureRestored' : 'FeatureArchived'
    return { event_type, entity_id: event.entity_id, entity_type: 'FeatureSpec', payload: { feature_slug } }
  }

  /** A package that was made by mistake is canceled, if no one has touched it or waits for it. */
  async #cancellation(
    event: EventOf<'WPCreated'>,
    { undone, board }: UndoneCommand,
    provenance: Provenance,
  ): Promise<NewEvent> {
    const { feature_slug, work_package_id, renumbered } = event.payload
    if (renumbered)
      throw staysWritten(event, [
        sentence`the package that went to ${renumbered.work_package_id} keeps its number: cancel it if it was a mistake`,
      ])
    const { state, history } = await this.#ground(event)
    const own = holderOf(provenance)
    const later = history.find(
      (one) =>
        one.lamport_clock > event.lamport_clock &&
        !isSameHolder({ actor: one.actor, session: one.correlation_id }, own) &&
        !undone.includes(one),
    )
    if (later !== undefined) throw builtOn(event, later, 'The work')
    const rows = await board(feature_slug)
    const waiting = [...rows.values()].find(
      (row) =>
        row.dependencies.includes(work_package_id) &&
        !undone.some(({ entity_id }) => entity_id === row.work_package_id),
    )
    if (waiting !== undefined) {
      const [last] = (await this.store.history(feature_slug, waiting.work_package_id)).slice(-1)
      throw builtOn(event, last, `What ${waiting.work_package_id} waits for: the work`)
    }
    const to = droppedLane(this.workflow)
    if (to === undefined)
      throw staysWritten(event, [sentence`the ${this.workflow.name} workflow has no lane for dropped work`])
    const { actor, session = null } = provenance
    const reason = `${TAKEN_BACK}${event.event_id}`
    const dependencies = dependencyLanes(state, rows)
    const decision = this.rules.decide({ state, to, actor, session, reason, dependencies, force: false })
    if (!decision.ok)
      throw refusedMove({ table: this.workflow, state, refusal: decision.refusal, actor, earlier: undefined })
    const [move] = decision.events
    if (move === undefined) throw new Error('a move that is allowed has an event')
    return move
  }

  /** Someone may have made a package that this one no longer waited for wait for it. */
  async #refuseCycle(event: EventOf<'WPChanged'>, { board }: UndoneCommand): Promise<void> {
    const { feature_slug, work_package_id, dependencies } = event.payload
    if (!dependencies || dependencies.removed.length === 0) return
    const dropped = dependencies.removed.map(({ id }) => id)
    const graph = [...(await board(feature_slug)).values()].map((row) =>
      row.work_package_id === work_package_id
        ? { work_package_id, dependencies: [...row.dependencies, ...dropped] }
        : row,
    )
    const cycle = cyclesIn(graph).find((ids) => ids.includes(work_package_id))
    if (cycle !== undefined) throw wouldWait(event, cycle)
  }

  async #ground(event: LogEvent): Promise<Ground> {
    const { feature_slug } = event.payload
    const state = await knownWorkPackage(this.store, feature_slug, event.entity_id)
    return { state, history: await this.store.history(feature_slug, event.entity_id) }
  }

  async #groundOfGate(event: EventOf<'GateResultChanged'>): Promise<Ground> {
    const { feature_slug } = event.payload
    const states = await this.store.workPackages(feature_slug)
    const state = states.find(({ gates }) => gates.some(({ gate_id }) => gate_id === event.entity_id))
    if (state === undefined) throw staysWritten(event, [])
    return { state, history: await this.store.history(feature_slug, state.work_package_id) }
  }

  /** Writes what an event decides into the files that repeat it. The lanes follow by a rule of their own. */
  async #intoFiles(event: LogEvent): Promise<void> {
    if (!isKittyEvent(event)) return
    const { feature_slug } = event.payload
    if (event.event_type === 'SubtaskCompleted') {
      const { subtask_id, done } = event.payload
      this.subtaskFiles.settle(feature_slug, [{ id: subtask_id, workPackage: event.entity_id }], done)
    }
    if (event.event_type === 'WPChanged') {
      const { file, problem } = await this.definitions.write(feature_slug, event.entity_id)
      if (problem !== null)
        this.notices.warn(`${file ?? `A file of ${event.entity_id}`} was not changed: ${problem}.`)
    }
    if (event.event_type === 'FeatureArchived' || event.event_type === 'FeatureRestored') {
      const archived = (await this.store.features()).filter((row) => row.archived !== null)
      const names = archived.map((row) => row.feature_slug)
      keepArchivedNames(this.workspace.privateDir, names)
    }
  }
}
