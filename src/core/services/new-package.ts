import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { Emits } from '../../aspects/emits.js'
import { Exclusive } from '../../aspects/exclusive.js'
import { firstEvent } from './first-event.js'
import { isKittyEvent, type NewEvent } from '../events-lib.js'
import type { EventDocument } from '../projections/board-document.js'
import { eventDocument } from '../projections/event-document.js'
import {
  newPackageFile,
  newPackageText,
  type NewSubtask,
  nextPackageId,
  numberSubtasks,
} from '../specs/new-package.js'
import { DEFAULT_PRIORITY } from '../specs/priority.js'
import { EventStore, type Decision, decided, type Provenance } from '../store/event-store.js'
import { normalizeWorkPackageId } from '../workspace/work-package-id.js'
import { DefinitionFiles } from './definitions/definition-files.js'
import { oneLine } from './definitions/one-line.js'
import { PackagePlaces } from './definitions/package-places.js'
import { packageBody } from './definitions/package-text.js'
import { type FileChange, StoreFile } from './definitions/store-file.js'
import type { Repeats } from './repeats.js'

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

/** Adds a work package: the next free number, its file, and its WPCreated event. */
@injectable()
export class NewPackage {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(PackagePlaces) private readonly places: PackagePlaces,
    @inject(DefinitionFiles) private readonly definitions: DefinitionFiles,
    @inject(StoreFile) private readonly files: StoreFile,
  ) {}

  /**
   * @throws KittyError UsageError for a title, subtask or body that no file should hold, and for a feature without a
   * folder; UnknownWorkPackage in `after`; ValidationError
   */
  @Exclusive
  async create(request: NewRequest): Promise<NewResult> {
    const title = oneLine(request.title, 'title')
    const after = [...new Set(request.after.map(normalizeWorkPackageId))]
    const asked = { ...request, title, after, repeats: isThisPackage({ ...request, title, after }) }
    const { feature, provenance } = request
    const { causationId } = provenance
    const isRepeat = causationId !== null && (await this.store.causedBy(causationId)).length > 0
    const { events } = isRepeat
      ? await this.decide({ ...asked, drafts: [] })
      : await this.files.put(await this.#plan(asked), (drafts) => this.decide({ ...asked, drafts }))
    const event = firstEvent('WPCreated', events, provenance)
    const { entity_id: id, payload } = event
    const path = join(this.places.tasks(feature), payload.file ?? '')
    const file = this.places.short(path)
    return { feature, work_package: id, title: payload.title, file, path, event: eventDocument(event) }
  }

  @Emits
  protected async decide({
    drafts,
  }: Repeats & { drafts: readonly NewEvent[]; provenance: Provenance }): Promise<Decision> {
    return decided(drafts)
  }

  async #plan({
    feature,
    title,
    after,
    priority,
    body,
    subtasks,
    provenance,
  }: NewRequest): Promise<FileChange> {
    await this.places.assertKnown(feature, after)
    const id = nextPackageId(await this.places.known(feature))
    const text = newPackageText({
      workPackage: id,
      title,
      dependencies: after,
      priority: priority === DEFAULT_PRIORITY ? undefined : priority,
      subtasks: subtasks.length === 0 ? [] : await this.#numbered(feature, subtasks),
      body: body === undefined ? undefined : packageBody(body),
    })
    const path = join(this.places.tasks(feature), newPackageFile(id, title))
    const bytes = Buffer.from(text)
    const isEdited = (): boolean => true
    return { feature, workPackage: id, path, before: undefined, bytes, isEdited, provenance }
  }

  async #numbered(feature: string, subtasks: readonly string[]): Promise<NewSubtask[]> {
    const logged = await this.store.workPackages(feature)
    const files = [...(await this.definitions.read(feature)).values()]
    const known = [
      ...logged.flatMap((state) => [...state.subtasks, ...state.former_subtasks].map((one) => one.id)),
      ...files.flatMap((file) => (file.kind === 'stated' ? file.stated.subtasks : [])),
    ]
    return numberSubtasks(
      subtasks.map((text) => oneLine(text, 'subtask')),
      known,
    )
  }
}

function isThisPackage({ feature, title, after, priority }: NewRequest): Repeats['repeats'] {
  return (earlier) =>
    earlier.every(
      (event) =>
        isKittyEvent(event) &&
        event.event_type === 'WPCreated' &&
        event.payload.feature_slug === feature &&
        event.payload.title === title &&
        (event.payload.priority ?? DEFAULT_PRIORITY) === (priority ?? DEFAULT_PRIORITY) &&
        event.payload.dependencies.join() === after.join(),
    )
}
