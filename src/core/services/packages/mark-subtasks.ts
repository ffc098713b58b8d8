import { inject, injectable } from 'inversify'
import { sentence, shownCommand, shownWords } from '../../errors/next-step.js'
import { Emits } from '../../../aspects/emits.js'
import { Exclusive } from '../../../aspects/exclusive.js'
import { SyncsDefinition } from '../../../aspects/syncs-definition.js'
import { KittyError } from '../../errors/kitty-error.js'
import { isKittyEvent, type LogEvent, type NewEvent, type WorkPackageState } from '../../events-lib.js'
import { EventStore, type Decision, decided, type Provenance } from '../../store/event-store.js'
import { isOf, type Repeats } from '../first-event.js'
import { refuseLostClaim } from '../claims/lost-claim.js'
import { DefinitionFiles } from '../definitions/definition-files.js'
import { SyncDefinition } from '../definitions/sync-definition.js'
import { stateBefore } from './state-before.js'
import { SubtaskFiles, type SubtaskPlace } from './subtask-files.js'
import { packageName } from '../../specs/work-package-id.js'

export interface MarkRequest {
  readonly feature: string
  readonly subtasks: readonly string[]
  readonly done: boolean
  /** Needed only if several packages have a subtask with the same name. */
  readonly workPackage?: string | undefined
  readonly provenance: Provenance
}

export interface MarkResult {
  readonly feature: string
  /** Subtasks for which an event was written. */
  readonly updated: readonly string[]
  /** Subtasks that already had the requested state. */
  readonly unchanged: readonly string[]
  readonly not_found: readonly string[]
  readonly events: readonly LogEvent[]
}

/** When a request is repeated, the answer lacks what was looked up along the way. */
interface Marks extends Decision {
  readonly found?: readonly SubtaskPlace[]
  readonly subtasks?: readonly string[]
}

/** Marks subtasks as done or open, first in the log and then in the files' checkboxes. */
@injectable()
export class MarkSubtasks {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(SubtaskFiles) private readonly files: SubtaskFiles,
    @inject(DefinitionFiles) private readonly definitions: DefinitionFiles,
    @inject(SyncDefinition) readonly syncDefinition: SyncDefinition,
  ) {}

  /**
   * @param request its subtasks may be in any case, and one word may hold several separated by commas
   * @throws KittyError UsageError if a subtask exists in several packages, in which case nothing is marked; if some
   * exist in no package, after the others are marked
   */
  async mark(request: MarkRequest): Promise<MarkResult> {
    const marked = await this.markFound(request)
    if (marked.not_found.length === 0) return marked
    throw someNotFound(request, marked)
  }

  /** Marks nothing. @throws KittyError UsageError for what `mark` refuses, also if it would mark the others */
  @Exclusive
  async check(request: MarkRequest): Promise<void> {
    await this.checkSynced({ ...request, workPackages: await this.#owners(request) })
  }

  @SyncsDefinition
  protected async checkSynced(request: MarkRequest & { workPackages: readonly string[] }): Promise<void> {
    const { states, subtasks, found } = await this.#lookUp(request)
    const missing = subtasks.filter((id) => !found.some((place) => place.id === id))
    if (missing.length > 0) throw noneFound(request, missing, states)
  }

  @Exclusive
  protected async markFound(request: MarkRequest): Promise<MarkResult> {
    return this.markSynced({ ...request, workPackages: await this.#owners(request) })
  }

  @SyncsDefinition
  protected async markSynced(
    request: MarkRequest & { workPackages: readonly string[] },
  ): Promise<MarkResult> {
    const { feature, done } = request
    const { events, found, subtasks } = await this.decide({
      ...request,
      repeats: (earlier) => this.#areTheseMarks(earlier, request),
    })
    // A repeat answers from its events only, since the file may have changed.
    const places = found ?? events.flatMap(placeOf)
    this.files.settle(feature, places, done)
    const ids = new Set(places.map(({ id }) => id))
    const updated = events.flatMap(placeOf).map(({ id }) => id)
    return {
      feature,
      updated,
      unchanged: [...ids].filter((id) => !updated.includes(id)),
      not_found: (subtasks ?? []).filter((id) => !ids.has(id)),
      events,
    }
  }

  @Emits
  protected async decide(request: MarkRequest & Repeats): Promise<Marks> {
    const { feature, done } = request
    const { states, subtasks, found } = await this.#lookUp(request)
    if (found.length === 0) throw noneFound(request, subtasks, states)
    const marked = new Set(found.map(({ workPackage }) => workPackage))
    for (const state of states)
      if (marked.has(state.work_package_id)) refuseLostClaim(state, request.provenance)
    this.files.assertReachable(
      feature,
      found.map(({ workPackage }) => workPackage),
    )
    const pending = found.filter((place) => isDone(place, states) !== done)
    return { ...decided(pending.map((place) => subtaskCompleted(feature, place, done))), found, subtasks }
  }

  async #lookUp(request: MarkRequest): Promise<{
    states: readonly WorkPackageState[]
    subtasks: readonly string[]
    found: readonly SubtaskPlace[]
  }> {
    const states = await this.#packages(request)
    const subtasks = spelled(request.subtasks, states)
    return { states, subtasks, found: this.#places(request.feature, states, subtasks) }
  }

  /** True if the events mark what the request asks for, and what they do not mark was so before. */
  async #areTheseMarks(earlier: readonly LogEvent[], request: MarkRequest): Promise<boolean> {
    const { feature, workPackage, done } = request
    const left = new Set(words(request.subtasks).map((id) => id.toLowerCase()))
    const asked = new Set(left)
    for (const event of earlier) {
      if (!isKittyEvent(event) || event.event_type !== 'SubtaskCompleted') return false
      const id = event.payload.subtask_id.toLowerCase()
      const isAsked = isOf(event, feature, workPackage ?? event.entity_id) && event.payload.done === done
      if (!isAsked || !asked.has(id)) return false
      left.delete(id)
    }
    const [first] = earlier
    if (first === undefined || left.size === 0) return true
    for (const { work_package_id } of await this.#packages(request)) {
      const before = await stateBefore(this.store, first, work_package_id)
      const other = before?.subtasks.find((subtask) => left.has(subtask.id.toLowerCase()))
      if (other !== undefined && other.done !== done) return false
    }
    return true
  }

  /** The packages whose files list one of the subtasks, or may have stopped listing it. */
  async #owners({ feature, workPackage, subtasks, provenance }: MarkRequest): Promise<string[]> {
    if (workPackage !== undefined) return [workPackage]
    const { causationId } = provenance
    if (causationId !== null && (await this.store.causedBy(causationId)).length > 0) return []
    const asked = new Set(words(subtasks).map((id) => id.toLowerCase()))
    const lists = (ids: readonly string[]): boolean => ids.some((id) => asked.has(id.toLowerCase()))
    const files = await this.definitions.read(feature)
    const stating = [...files.values()].flatMap((file) =>
      file.kind === 'stated' && lists(file.stated.subtasks) ? [file.id] : [],
    )
    const states = await this.store.workPackages(feature)
    const listing = states.filter((state) => lists(state.subtasks.map(({ id }) => id)))
    return [...new Set([...stating, ...listing.map((state) => state.work_package_id)])]
  }

  async #packages({ feature, workPackage }: MarkRequest): Promise<WorkPackageState[]> {
    if (workPackage === undefined) return this.store.workPackages(feature)
    const state = await this.store.workPackage(feature, workPackage)
    return state === undefined ? [] : [state]
  }

  /** Finds subtasks in the log or, if the log does not list them, by their checkboxes in the packages' files. */
  #places(feature: string, states: readonly WorkPackageState[], subtasks: readonly string[]): SubtaskPlace[] {
    const listed = states.flatMap(({ work_package_id, subtasks: known }) =>
      known.filter(({ id }) => subtasks.includes(id)).map(({ id }) => ({ id, workPackage: work_package_id })),
    )
    const unlisted = subtasks.filter((id) => !listed.some((place) => place.id === id))
    const ids = states.map((state) => state.work_package_id)
    const all = [...listed, ...(unlisted.length === 0 ? [] : this.files.boxes(feature, ids, unlisted))]
    return subtasks.flatMap((id) => {
      const places = all.filter((place) => place.id === id)
      if (places.length > 1) throw ambiguous(id, places)
      return places
    })
  }
}

function words(asked: readonly string[]): string[] {
  return asked
    .flatMap((word) => word.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

/**
 * Spells subtasks as the log does, ignoring case. A subtask that the log does not list keeps the spelling that was
 * typed.
 */
function spelled(asked: readonly string[], states: readonly WorkPackageState[]): string[] {
  const known = new Set(states.flatMap((state) => state.subtasks.map(({ id }) => id)))
  const byCase = new Map([...known].map((id) => [id.toLowerCase(), id]))
  const ids = words(asked).map((id) => {
    if (known.has(id)) return id
    return byCase.get(id.toLowerCase()) ?? (/^[a-z]{1,8}\d{1,9}$/.test(id) ? id.toUpperCase() : id)
  })
  return [...new Set(ids)]
}

function isDone({ id, workPackage }: SubtaskPlace, states: readonly WorkPackageState[]): boolean {
  const state = states.find((candidate) => candidate.work_package_id === workPackage)
  return state?.subtasks.find((subtask) => subtask.id === id)?.done ?? false
}

function subtaskCompleted(
  feature: string,
  { id, workPackage }: SubtaskPlace,
  done: boolean,
): NewEvent<'SubtaskCompleted'> {
  return {
    event_type: 'SubtaskCompleted',
    entity_id: workPackage,
    entity_type: 'WorkPackage',
    payload: { feature_slug: feature, work_package_id: workPackage, subtask_id: id, done },
  }
}

function placeOf(event: LogEvent): SubtaskPlace[] {
  return isKittyEvent(event) && event.event_type === 'SubtaskCompleted'
    ? [{ id: event.payload.subtask_id, workPackage: event.entity_id }]
    : []
}

function noneFound(
  { feature, workPackage }: MarkRequest,
  subtasks: readonly string[],
  states: readonly WorkPackageState[],
): KittyError {
  const known = states.flatMap((state) => state.subtasks.map(({ id }) => id))
  const where = workPackage ?? feature
  const message =
    subtasks.length === 0
      ? 'No subtask was given.'
      : known.length === 0
        ? `${where} has no subtasks.`
        : `${where} has no subtask ${subtasks.join(', ')}.`
  const make =
    workPackage === undefined
      ? []
      : shownCommand(['kitty', 'edit', packageName(feature, workPackage)], 'adds some')
  return new KittyError('UsageError', message, {
    nextSteps: known.length === 0 ? make : [sentence`There are: ${known}`],
    context: { feature_slug: feature, not_found: subtasks, known },
  })
}

function someNotFound(
  { workPackage, done }: MarkRequest,
  { feature, updated, unchanged, not_found }: MarkResult,
): KittyError {
  const rest = [...updated, ...unchanged].join(', ')
  return new KittyError(
    'UsageError',
    `${workPackage ?? feature} has no subtask ${not_found.join(', ')}. Now ${done ? 'done' : 'pending'}: ${rest}.`,
    {
      nextSteps:
        workPackage === undefined
          ? shownCommand(['kitty', 'agent', 'tasks', 'list', '--feature', feature])
          : shownCommand(['kitty', 'show', packageName(feature, workPackage)]),
      context: { feature_slug: feature, updated, unchanged, not_found },
    },
  )
}

function ambiguous(id: string, places: readonly SubtaskPlace[]): KittyError {
  const packages = places.map(({ workPackage }) => workPackage)
  return new KittyError('UsageError', `${id} is a subtask of ${packages.join(' and of ')}.`, {
    nextSteps: packages.flatMap((workPackage) => shownWords(['--work-package', workPackage])),
    context: { subtask: id, work_packages: packages },
  })
}
