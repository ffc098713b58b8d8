import { basename, join } from 'node:path'
import { inject, injectable } from 'inversify'
import { Emits } from '../../../aspects/emits.js'
import { Exclusive } from '../../../aspects/exclusive.js'
import { KittyError } from '../../errors/kitty-error.js'
import { sentence } from '../../errors/next-step.js'
import { type EventOf, firstEvent, type Repeats } from '../first-event.js'
import { isKittyEvent, type NewEvent } from '../../events-lib.js'
import type { EventDocument } from '../../projections/board-document.js'
import { eventDocument } from '../../projections/documents.js'
import {
  isSubtaskNumber,
  newPackageFile,
  newPackageText,
  type NewSubtask,
  numberSubtasks,
  subtasksWith,
} from '../../specs/new-package.js'
import { DEFAULT_PRIORITY } from '../../specs/priority.js'
import { EventStore, type Decision, decided, type Provenance } from '../../store/event-store.js'
import { normalizeWorkPackageId } from '../../specs/work-package-id.js'
import { DefinitionFiles } from '../definitions/definition-files.js'
import { oneLine } from '../definitions/one-line.js'
import { OwnWriting } from '../definitions/own-writing.js'
import { PackagePlaces } from '../definitions/package-places.js'
import { packageBody } from '../definitions/package-text.js'
import { type FileChange, StoreFile } from '../definitions/store-file.js'

export interface NewRequest {
  readonly feature: string
  readonly title: string
  /** Packages that it waits for, as typed. */
  readonly after: readonly string[]
  /** 0 to 4. */
  readonly priority?: number | undefined
  /** Markdown below the front matter; a heading with the title if undefined. */
  readonly body?: string | Buffer | undefined
  /** Each with an ID of its own (`T007: Write it`), or only what it is about. */
  readonly subtasks: readonly string[]
  readonly provenance: Provenance
}

export interface NewResult {
  readonly feature: string
  readonly work_package: string
  readonly title: string
  /** Relative to the repository's root. */
  readonly file: string
  /** The same file, absolute: kitty writes the primary checkout's file from every worktree. */
  readonly path: string
  readonly event: EventDocument
}

interface Created extends Repeats {
  readonly drafts: readonly NewEvent[]
  readonly provenance: Provenance
}

/** Adds a work package: the next free number, its file, and its WPCreated event. */
@injectable()
export class NewPackage {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(PackagePlaces) private readonly places: PackagePlaces,
    @inject(DefinitionFiles) private readonly definitions: DefinitionFiles,
    @inject(StoreFile) private readonly files: StoreFile,
    @inject(OwnWriting) private readonly own: OwnWriting,
  ) {}

  /**
   * @throws KittyError UsageError for a title, subtask or body that no file should hold, and for a feature without a
   * folder; UnknownWorkPackage in `after`; ValidationError
   */
  @Exclusive
  async create(request: NewRequest): Promise<NewResult> {
    const title = oneLine(request.title, 'title')
    const after = [...new Set(request.after.map(normalizeWorkPackageId))]
    const asked = { ...request, title, after, repeats: this.#isThisPackage({ ...request, title, after }) }
    const { feature, provenance } = request
    const { causationId } = provenance
    const isRepeat = causationId !== null && (await this.store.causedBy(causationId)).length > 0
    const event = isRepeat
      ? await this.#event({ ...asked, drafts: [] })
      : // Without its event, the file is taken back.
        await this.files.put(await this.#plan(asked), (drafts) => this.#event({ ...asked, drafts }))
    const { entity_id: id, payload } = event
    const path = join(this.places.tasks(feature), payload.file ?? '')
    const file = this.places.short(path)
    return { feature, work_package: id, title: payload.title, file, path, event: eventDocument(event) }
  }

  async #event(asked: Created): Promise<EventOf<'WPCreated'>> {
    const { events } = await this.decide(asked)
    return firstEvent('WPCreated', events, asked.provenance)
  }

  @Emits
  protected async decide({ drafts }: Created): Promise<Decision> {
    return decided(drafts)
  }

  #isThisPackage(asked: NewRequest): Repeats['repeats'] {
    const { feature, title, after, priority } = asked
    return (earlier) =>
      earlier.every(
        (event) =>
          isKittyEvent(event) &&
          event.event_type === 'WPCreated' &&
          event.payload.feature_slug === feature &&
          event.payload.title === title &&
          (event.payload.priority ?? DEFAULT_PRIORITY) === (priority ?? DEFAULT_PRIORITY) &&
          event.payload.dependencies.join() === after.join() &&
          this.#isTextOf(event, asked),
      )
  }

  /**
   * The event says how many subtasks there were, and the notes on what kitty wrote with which text, where this clone
   * has them. The file itself may have been edited since.
   */
  #isTextOf({ entity_id: id, payload }: EventOf<'WPCreated'>, asked: NewRequest): boolean {
    const subtasks = subtasksWith(
      asked.subtasks.map((text) => oneLine(text, 'subtask')),
      payload.subtasks,
    )
    if (subtasks === undefined) return false
    const file = this.places.short(join(this.places.tasks(asked.feature), payload.file ?? ''))
    return this.own.hasMade(file, bytesOf(asked, id, subtasks)) !== false
  }

  async #plan(asked: NewRequest): Promise<FileChange> {
    const { feature, after, provenance } = asked
    await this.places.assertKnown(feature, after)
    const made = provenance.causationId === null ? undefined : await this.#madeBefore(asked)
    if (made !== undefined) return made
    return this.#change(asked, await this.places.nextId(feature))
  }

  /** The file of an earlier run that was killed before its event: it says to the byte what this one asks for. */
  async #madeBefore(asked: NewRequest): Promise<FileChange | undefined> {
    const logged = new Set((await this.store.boardRows(asked.feature)).map((row) => row.work_package_id))
    for (const { id, path } of this.places.all(asked.feature)) {
      if (logged.has(id) || basename(path) !== newPackageFile(id, asked.title)) continue
      const change = await this.#change(asked, id)
      const before = this.places.read(change.path)
      if (before.equals(change.bytes)) return { ...change, before }
    }
    return undefined
  }

  async #change(asked: NewRequest, id: string): Promise<FileChange> {
    const { feature, title, subtasks, provenance } = asked
    const path = join(this.places.tasks(feature), newPackageFile(id, title))
    const bytes = bytesOf(asked, id, subtasks.length === 0 ? [] : await this.#numbered(asked, id))
    const isEdited = (): boolean => true
    return { feature, workPackage: id, path, before: undefined, bytes, isEdited, provenance }
  }

  /** Numbers the subtasks of the package `id` after all that other packages have. */
  async #numbered({ feature, subtasks }: NewRequest, id: string): Promise<NewSubtask[]> {
    const logged = await this.store.workPackages(feature)
    const files = [...(await this.definitions.read(feature)).values()].filter((file) => file.id !== id)
    const known = new Map([
      ...logged.flatMap(({ work_package_id, subtasks, former_subtasks }) =>
        [...subtasks, ...former_subtasks].map((one) => [one.id, work_package_id] as const),
      ),
      ...files.flatMap((file) =>
        file.kind === 'stated' ? file.stated.subtasks.map((one) => [one, file.file] as const) : [],
      ),
    ])
    const numbered = numberSubtasks(
      subtasks.map((text) => oneLine(text, 'subtask')),
      known.keys(),
    )
    const beyond = numbered.find((one) => !isSubtaskNumber(one.id))
    if (beyond !== undefined) throw noSubtaskLeft(numbered, known)
    const twice = numbered.find((one, at) => numbered.findIndex((other) => other.id === one.id) < at)
    if (twice !== undefined) throw givenTwice(twice.id)
    return numbered
  }
}

/** The file's text for this ID and these subtasks. */
function bytesOf(
  { title, after, priority, body }: NewRequest,
  id: string,
  subtasks: readonly NewSubtask[],
): Buffer {
  const text = newPackageText({
    workPackage: id,
    title,
    dependencies: after,
    priority: priority === DEFAULT_PRIORITY ? undefined : priority,
    subtasks,
    body: body === undefined ? undefined : packageBody(body),
  })
  return Buffer.from(text)
}

/** @param known the package or the file of each subtask there is */
function noSubtaskLeft(numbered: readonly NewSubtask[], known: ReadonlyMap<string, string>): KittyError {
  const ids = [...known.keys(), ...numbered.map((one) => one.id)].filter(isSubtaskNumber)
  const last = ids.reduce((a, b) => (Number(b.slice(1)) > Number(a.slice(1)) ? b : a), 'T0')
  const where = known.get(last)
  const of = where === undefined ? '' : ` of ${where}`
  return new KittyError('UsageError', `No number is left for a subtask: the last one is ${last}${of}.`, {
    nextSteps: [sentence`Give each subtask a free number, as T001, or another number to ${last}.`],
    context: { subtask: last, ...(where !== undefined && { where }) },
  })
}

function givenTwice(id: string): KittyError {
  return new KittyError('UsageError', `Two of the subtasks are ${id}.`, {
    nextSteps: [sentence`Give one of them another ID, or none: then it gets the next free one.`],
    context: { subtask: id },
  })
}
