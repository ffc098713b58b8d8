import { inject, injectable } from 'inversify'
import { shownCommand } from '../errors/shown-command.js'
import { quoted } from '../errors/secrets.js'
import { Emits } from '../../aspects/emits.js'
import { Exclusive } from '../../aspects/exclusive.js'
import { KittyError } from '../errors/kitty-error.js'
import {
  contestedWrites,
  detectConflicts,
  isKittyEvent,
  type KittyEvent,
  type LogEvent,
  type MergeOptions,
  type RegisterWrite,
} from '../events-lib.js'
import type {
  ConflictDetailDocument,
  ConflictDocument,
  EventDocument,
} from '../projections/board-document.js'
import { byPlace, conflictDetails, openConflicts } from '../projections/conflicts.js'
import { eventDocument } from '../projections/event-document.js'
import { normalizeWorkPackageId } from '../workspace/work-package-id.js'
import { keyIsTaken } from '../errors/key-is-taken.js'
import type { Repeats } from './repeats.js'
import { Notices } from '../errors/notices.js'
import { cyclesIn } from '../specs/check-tasks.js'
import { WriteDefinitions } from './definitions/write-definitions.js'
import { knownWorkPackage } from './known-work-package.js'
import { writeOf, writtenAgain } from './written-again.js'
import { EventStore, type Decision, decided, type Provenance } from '../store/event-store.js'
import { LaneFiles } from './lane-files.js'
import { FoldRules } from '../workspace/config.js'

export interface ResolveRequest {
  readonly feature: string
  /** A work package, or the feature itself for its definition. */
  readonly entity: string
  /** The event whose value to keep. */
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
  async resolve(request: ResolveRequest): Promise<ResolveResult> {
    const { events } = await this.decide({
      ...request,
      repeats: (earlier) => this.#isThisDecision(request, earlier),
    })
    const [event] = events
    const register = event && registerOf(event, request.register)
    const write = event && register && writeOf(event, register)
    if (!event || !write) throw keyIsTaken(request.provenance.causationId ?? '', events)
    this.laneFiles.settle(await this.store.boardRows(request.feature), new Set([event.entity_id]))
    const file = await this.#intoFile(request.feature, event.entity_id, write.register)
    return {
      feature: request.feature,
      entity_id: event.entity_id,
      register: write.register,
      value: write.value,
      kept: request.keep,
      event: eventDocument(event),
      file,
    }
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
    const conflict = chosen(details, request)
    const kept = history.find((event) => event.event_id === keep)
    const standing = history.find((event) => event.event_id === conflict.winner)
    if (kept === undefined || !isKittyEvent(kept) || standing === undefined)
      throw noSuchWrite(details, request)
    await this.#refuseCycle(kept)
    return decided([writtenAgain(kept, standing, conflict.register, this.foldRules.table)])
  }

  /** True if the earlier events wrote the value to keep, on the same entity. */
  async #isThisDecision(
    { feature, entity, keep }: ResolveRequest,
    earlier: readonly LogEvent[],
  ): Promise<boolean> {
    const [kept] = await this.store.eventsOf([keep])
    const said = writesOf(kept).map((write) => JSON.stringify([write.register, write.value]))
    const id = entity === feature ? feature : normalizeWorkPackageId(entity)
    return earlier.every((event) => {
      const writes = writesOf(event).map((write) => JSON.stringify([write.register, write.value]))
      const isSameEntity = event.entity_id === id || event.entity_id === kept?.entity_id
      const isSame = writes.length > 0 && writes.every((write) => said.includes(write))
      return event.payload.feature_slug === feature && isSameEntity && isSame
    })
  }

  /** Refuses to keep a definition whose dependencies would make packages wait for one another. */
  async #refuseCycle(kept: KittyEvent): Promise<void> {
    if (kept.event_type !== 'WPCreated') return
    const { feature_slug, work_package_id, dependencies } = kept.payload
    const rows = await this.store.boardRows(feature_slug)
    const graph = rows.map((row) =>
      row.work_package_id === work_package_id ? { ...row, dependencies } : row,
    )
    const cycle = cyclesIn(graph).find((ids) => ids.includes(work_package_id))
    if (cycle === undefined) return
    throw new KittyError(
      'ValidationError',
      `${kept.event_id} cannot be kept: ${cycle.join(' → ')} would wait for one another.`,
      {
        nextSteps: [
          `keep the other value, or remove a dependency in a file and run kitty sync ${feature_slug}`,
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

function chosen(details: readonly ConflictDetailDocument[], request: ResolveRequest): ConflictDetailDocument {
  const { keep, register } = request
  const among = details.filter(({ events }) => events.some((write) => write.event_id === keep))
  // One event may have written several registers. An open conflict is more likely to be the one meant.
  const named = among.find((conflict) => conflict.register === register)
  const conflict = named ?? among.find((candidate) => candidate.open) ?? among[0]
  if (conflict === undefined) throw noSuchWrite(details, request)
  if (register !== undefined && register !== conflict.register) throw otherRegister(conflict, request)
  if (!conflict.open) throw settledAlready(conflict, request)
  return conflict
}

function writesOf(event: LogEvent | undefined): readonly RegisterWrite[] {
  return event !== undefined && isKittyEvent(event) ? contestedWrites(event) : []
}

/** The register that the written event decides: the requested one, or else the only one it writes. */
function registerOf(event: LogEvent, asked: string | undefined): string | undefined {
  const writes = writesOf(event)
  return (writes.find(({ register }) => register === asked) ?? writes[0])?.register
}

function noSuchWrite(
  details: readonly ConflictDetailDocument[],
  { feature, entity, keep, register }: ResolveRequest,
): KittyError {
  const open = details.filter(
    (conflict) => conflict.open && (register === undefined || conflict.register === register),
  )
  const choices = open.flatMap((conflict) =>
    conflict.events.map((write) => ({ ...write, register: conflict.register })),
  )
  const steps = choices.map(
    (write) => `--keep ${write.event_id}: ${write.register} ${JSON.stringify(write.value)} by ${write.actor}`,
  )
  const message = `${quoted(keep, 40)} is none of the writes that ${entity} of ${feature} has in conflict.`
  return new KittyError('UsageError', message, {
    nextSteps:
      steps.length > 0 ? steps : [`${entity} has no open conflict: kitty agent conflicts list --all`],
    context: { feature_slug: feature, entity, keep, choices },
  })
}

function otherRegister({ register }: ConflictDetailDocument, request: ResolveRequest): KittyError {
  const message = `${request.keep} wrote ${register}, not ${quoted(request.register ?? '', 60)}.`
  return new KittyError('UsageError', message, {
    nextSteps: [`--register ${register}`, 'or leave --register out'],
  })
}

function settledAlready(conflict: ConflictDetailDocument, { feature, entity }: ResolveRequest): KittyError {
  const { settled_by, register } = conflict
  const who = settled_by === null ? '' : ` by ${settled_by.actor} at ${settled_by.timestamp}`
  return new KittyError('LostRace', `The conflict of ${entity} over ${register} was settled${who}.`, {
    nextSteps: shownCommand(['kitty', 'agent', 'conflicts', 'show', entity, '--feature', feature]),
    context: { feature_slug: feature, work_package: entity, register, settled_by },
  })
}
