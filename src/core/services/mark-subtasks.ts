import { inject, injectable } from 'inversify'
import { Emits } from '../../aspects/emits.js'
import { Exclusive } from '../../aspects/exclusive.js'
import { KittyError } from '../errors/kitty-error.js'
import { isKittyEvent, type LogEvent, type NewEvent, type WorkPackageState } from '../events-lib.js'
import { EventStore, type Decision, decided, type Provenance } from '../store/event-store.js'
import { SubtaskFiles, type SubtaskPlace } from './subtask-files.js'

export interface MarkRequest {
  readonly feature: string
  readonly subtasks: readonly string[]
  readonly done: boolean
  /** Needed only where several packages have a subtask of one name. */
  readonly workPackage?: string | undefined
  readonly provenance: Provenance
}

export interface MarkResult {
  readonly feature: string
  /** Those an event was written for. */
  readonly updated: readonly string[]
  /** Those that were so already. */
  readonly unchanged: readonly string[]
  readonly not_found: readonly string[]
  readonly events: readonly LogEvent[]
}

interface Marks {
  readonly feature: string
  readonly drafts: readonly NewEvent[]
  readonly provenance: Provenance
}

/** Marks subtasks done or open again: in the log, then in the boxes of the files. */
@injectable()
export class MarkSubtasks {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(SubtaskFiles) private readonly files: SubtaskFiles,
  ) {}

  /**
   * @param request its subtasks in any case, several separated by commas in one word
   * @throws KittyError UsageError when one exists in several packages, and then nothing is marked; when some exist in
   * none, after the others are marked.
   */
  async mark(request: MarkRequest): Promise<MarkResult> {
    const marked = await this.markFound(request)
    if (marked.not_found.length === 0) return marked
    throw someNotFound(marked)
  }

  @Exclusive
  protected async markFound(request: MarkRequest): Promise<MarkResult> {
    const { feature, done, provenance } = request
    const states = await this.#packages(request)
    const subtasks = spelled(request.subtasks, states)
    const places = this.#places(feature, states, subtasks)
    if (places.length === 0) throw noneFound(feature, subtasks, states)
    this.files.assertReachable(
      feature,
      places.map(({ workPackage }) => workPackage),
    )
    const pending = places.filter((place) => isDone(place, states) !== done)
    const drafts = pending.map((place) => subtaskCompleted(feature, place, done))
    const { events } = await this.write({ feature, drafts, provenance })
    this.files.settle(feature, places, done)
    const found = new Set(places.map(({ id }) => id))
    const updated = events.flatMap(subtaskOf)
    return {
      feature,
      updated,
      unchanged: [...found].filter((id) => !updated.includes(id)),
      not_found: subtasks.filter((id) => !found.has(id)),
      events,
    }
  }

  @Emits
  protected async write(request: Marks): Promise<Decision> {
    return decided(request.drafts)
  }

  async #packages({ feature, workPackage }: MarkRequest): Promise<WorkPackageState[]> {
    if (workPackage === undefined) return this.store.workPackages(feature)
    const state = await this.store.workPackage(feature, workPackage)
    return state === undefined ? [] : [state]
  }

  /** By what the log lists; a subtask it does not list by the box it has in its package's file. */
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

/** As the log spells them, whatever their case; what it does not list is looked for as its author typed it. */
function spelled(asked: readonly string[], states: readonly WorkPackageState[]): string[] {
  const known = new Set(states.flatMap((state) => state.subtasks.map(({ id }) => id)))
  const byCase = new Map([...known].map((id) => [id.toLowerCase(), id]))
  const words = asked.flatMap((word) => word.split(',')).filter((word) => word.trim() !== '')
  const ids = words.map((word) => {
    const id = word.trim()
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

function subtaskOf(event: LogEvent): string[] {
  return isKittyEvent(event) && event.event_type === 'SubtaskCompleted' ? [event.payload.subtask_id] : []
}

function noneFound(
  feature: string,
  subtasks: readonly string[],
  states: readonly WorkPackageState[],
): KittyError {
  const known = states.flatMap((state) => state.subtasks.map(({ id }) => id))
  const there =
    known.length === 0
      ? `kitty agent feature finalize-tasks --feature ${feature}`
      : `There are: ${known.join(', ')}`
  return new KittyError('UsageError', `${feature} has no subtask ${subtasks.join(', ')}.`, {
    nextSteps: [there],
    context: { feature_slug: feature, not_found: subtasks, known },
  })
}

function someNotFound({ feature, updated, unchanged, not_found }: MarkResult): KittyError {
  const rest = [...updated, ...unchanged]
  return new KittyError(
    'UsageError',
    `${feature} has no subtask ${not_found.join(', ')}; ${rest.join(', ')} ${rest.length === 1 ? 'is' : 'are'} marked.`,
    {
      nextSteps: [`kitty agent tasks list --feature ${feature}`],
      context: { feature_slug: feature, updated, unchanged, not_found },
    },
  )
}

function ambiguous(id: string, places: readonly SubtaskPlace[]): KittyError {
  const packages = places.map(({ workPackage }) => workPackage)
  return new KittyError('UsageError', `${id} is a subtask of ${packages.join(' and of ')}.`, {
    nextSteps: packages.map((workPackage) => `--work-package ${workPackage}`),
    context: { subtask: id, work_packages: packages },
  })
}
