import { inject, injectable } from 'inversify'
import { Emits } from '../../../aspects/emits.js'
import { Exclusive } from '../../../aspects/exclusive.js'
import { KittyError } from '../../errors/kitty-error.js'
import {
  contestedWrites,
  detectConflicts,
  isKittyEvent,
  type KittyEvent,
  type LogEvent,
  type MergeOptions,
  type RegisterWrite,
} from '../../events-lib.js'
import type {
  ConflictDetailDocument,
  ConflictDocument,
  EventDocument,
} from '../../projections/board-document.js'
import { byPlace, conflictDetails, openConflicts } from '../../projections/conflicts.js'
import { eventDocument } from '../../projections/documents.js'
import { normalizeWorkPackageId } from '../../specs/work-package-id.js'
import { isMove, type Repeats } from '../first-event.js'
import { Notices } from '../../errors/notices.js'
import { cyclesIn } from '../../specs/check-tasks.js'
import { WriteDefinitions } from '../definitions/write-definitions.js'
import { decidedConflict, noSuchWrite, writeToKeep } from './kept-write.js'
import { knownWorkPackage } from '../known-work-package.js'
import { keptBecause, writeOf, writtenAgain } from './written-again.js'
import { EventStore, type Decision, decided, type Provenance } from '../../store/event-store.js'
import { LaneFiles } from '../moves/lane-files.js'
import { FoldRules } from '../../workspace/config.js'
import { shownCommand } from '../../errors/next-step.js'

export interface ResolveRequest {
  readonly feature: string
  /** A work package, or the feature itself for its definition. */
  readonly entity: string
  /** The write to keep: its event's ID or six characters of it, the actor who made it, or its value. */
  readonly keep: string
  readonly register?: string | undefined
  readonly provenance: Provenance
}

export interface ResolveResult {
  readonly feature: string
  readonly entity_id: string
  readonly register: string
  readonly kept: string
  readonly value: unknown
  readonly event: EventDocument
  /** The package's file if the value was written into it. Null if it was not, or did not need to be. */
  readonly file: string | null
}

/** Conflicts from concurrent writes: listing them, showing one in detail, and resolving one. */
@injectable()
export class Conflicts {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(LaneFiles) private readonly laneFiles: LaneFiles,
    @inject(FoldRules) private readonly foldRules: MergeOptions,
    @inject(WriteDefinitions) private readonly definitions: WriteDefinitions,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /** @param all include settled conflicts, which requires reading the whole history */
  async list(feature: string | undefined, all: boolean): Promise<ConflictDocument[]> {
    if (all) {
      return detectConflicts(await this.#trusted(await this.store.read({ feature })), this.foldRules).sort(
        byPlace,
      )
    }
    const features = (await this.store.features()).filter(
      (row) => feature === undefined || row.feature_slug === feature,
    )
    return openConflicts(await this.store.boardRows(feature), features)
  }

  /**
   * Every conflict of one package or of the feature's definition, including settled ones.
   * @throws KittyError UnknownWorkPackage, UsageError
   */
  async show(feature: string, entity: string): Promise<ConflictDetailDocument[]> {
    return conflictDetails(await this.#history(feature, entity), this.foldRules)
  }

  /**
   * Writes the kept value again, as an event that has seen all current events. This settles the conflict.
   * @throws KittyError UsageError (no such write), LostRace (already settled)
   */
  @Exclusive
  async resolve(asked: ResolveRequest): Promise<ResolveResult> {
    const kept = await this.#named(asked)
    const request = { ...asked, keep: kept }
    const { events } = await this.decide({
      ...request,
      repeats: (earlier) => this.#isThisDecision(request, earlier),
    })
    const [event] = events
    const register = event && registerOf(event, request.register)
    const write = event && register && writeOf(event, register)
    if (!event || !write) throw new Error(`no decision about ${request.entity} after it was written`)
    this.laneFiles.settle(await this.store.boardRows(request.feature), new Set([event.entity_id]))
    const file = await this.#intoFile(request.feature, event.entity_id, write.register)
    return {
      feature: request.feature,
      entity_id: event.entity_id,
      register: write.register,
      value: write.value,
      kept,
      event: eventDocument(event),
      file,
    }
  }

  /** The event that `keep` names. A repeat with an idempotency key names the same one, although it is settled. */
  async #named(request: ResolveRequest): Promise<string> {
    const history = await this.#history(request.feature, request.entity)
    return writeToKeep(conflictDetails(history, this.foldRules), request)
  }

  /** Updates the package's file to match the decision. If that fails, a notice says so. */
  async #intoFile(feature: string, entity: string, register: string): Promise<string | null> {
    if (register !== 'title' && register !== 'priority') return null
    const { file, registers, problem } = await this.definitions.write(feature, entity, [register])
    if (problem !== null)
      this.notices.warn(`The ${register} was not written into ${file ?? `a file of ${entity}`}: ${problem}.`)
    return registers.length === 0 ? null : file
  }

  @Emits
  protected async decide(request: ResolveRequest & Repeats): Promise<Decision> {
    const { feature, entity, keep } = request
    const history = await this.#history(feature, entity)
    const details = conflictDetails(history, this.foldRules)
    const conflict = decidedConflict(details, request)
    const kept = history.find((event) => event.event_id === keep)
    const standing = history.find((event) => event.event_id === conflict.winner)
    if (kept === undefined || !isKittyEvent(kept) || standing === undefined)
      throw noSuchWrite(details, request)
    await this.#refuseCycle(kept)
    return decided([writtenAgain(kept, standing, conflict.register, this.foldRules.table)])
  }

  /** True if the earlier events wrote the value to keep, on the same entity. */
  async #isThisDecision(
    { feature, entity, keep, register }: ResolveRequest,
    earlier: readonly LogEvent[],
  ): Promise<boolean> {
    const [kept] = await this.store.eventsOf([keep])
    if (kept === undefined) return false
    const said = writesOf(kept).map((write) => JSON.stringify([write.register, write.value]))
    const id = entity === feature ? feature : normalizeWorkPackageId(entity)
    return earlier.every((event) => {
      const writes = writesOf(event).map((write) => JSON.stringify([write.register, write.value]))
      const isSameEntity = event.entity_id === id || event.entity_id === kept.entity_id
      const isSame = writes.length > 0 && writes.every((write) => said.includes(write))
      const isAsked = register === undefined || writesOf(event).some((write) => write.register === register)
      // Any move writes a lane: only a decision says which one it keeps.
      const isDecision = !isMove(event) || event.payload.reason === keptBecause(kept)
      return event.payload.feature_slug === feature && isSameEntity && isSame && isAsked && isDecision
    })
  }

  /** Refuses to keep a definition whose dependencies would make packages wait for one another. */
  async #refuseCycle(kept: KittyEvent): Promise<void> {
    if (kept.event_type !== 'WPCreated') return
    const { feature_slug, work_package_id, dependencies } = kept.payload
    const rows = await this.store.boardRows(feature_slug)
    const graph = rows.map((row) =>
      row.work_package_id === work_package_id ? { work_package_id, dependencies } : row,
    )
    const cycle = cyclesIn(graph).find((ids) => ids.includes(work_package_id))
    if (cycle === undefined) return
    throw new KittyError(
      'ValidationError',
      `${kept.event_id} cannot be kept: ${cycle.join(' → ')} would wait for one another.`,
      {
        nextSteps: [
          'Keep the other value, or remove a dependency in a file and take it over:',
          ...shownCommand(['kitty', 'sync', feature_slug]),
        ],
        context: { feature_slug, work_package: work_package_id, cycle },
      },
    )
  }

  async #history(feature: string, entity: string): Promise<LogEvent[]> {
    if (entity === feature)
      return this.#trusted(await this.store.read({ feature, entityType: 'FeatureSpec' }))
    const id = normalizeWorkPackageId(entity)
    await knownWorkPackage(this.store, feature, id)
    return this.#trusted(await this.store.history(feature, id))
  }

  /** Keeps the events from which the board is built: an event with an implausible clock takes no part in a conflict. */
  async #trusted(events: readonly LogEvent[]): Promise<LogEvent[]> {
    const maximum = await this.store.trustedClock()
    return events.filter((event) => event.lamport_clock <= maximum)
  }
}

function writesOf(event: LogEvent | undefined): readonly RegisterWrite[] {
  return event !== undefined && isKittyEvent(event) ? contestedWrites(event) : []
}

/** The register that the written event decides: the requested one, or else the only one it writes. */
function registerOf(event: LogEvent, asked: string | undefined): string | undefined {
  const writes = writesOf(event)
  return (writes.find(({ register }) => register === asked) ?? writes[0])?.register
}
