import { inject, injectable } from 'inversify'
import { Emits } from '../../aspects/emits.js'
import { Exclusive } from '../../aspects/exclusive.js'
import { KittyError } from '../errors/kitty-error.js'
import { sentence, shownCommand } from '../errors/next-step.js'
import { isKittyEvent, type NewEvent } from '../events-lib.js'
import type { EventDocument } from '../projections/board-document.js'
import { eventDocument } from '../projections/event-document.js'
import { type Definition, type DefinitionPlace, differences } from '../specs/definition.js'
import { setDefinition } from '../specs/definition-lines.js'
import { readWorkPackage } from '../specs/work-package-file.js'
import { EventStore, type Decision, decided, type Provenance } from '../store/event-store.js'
import { normalizeWorkPackageId } from '../workspace/work-package-id.js'
import { refuseLostClaim } from './claims/lost-claim.js'
import { oneLine } from './definitions/one-line.js'
import { PackagePlaces } from './definitions/package-places.js'
import { packageBody, withBody } from './definitions/package-text.js'
import { StoreFile } from './definitions/store-file.js'
import { LaneFiles } from './lane-files.js'
import type { Repeats } from './repeats.js'

/** What to change. What is undefined stays. */
export interface PackageEdits {
  readonly title?: string | undefined
  /** Packages to wait for from now on, as typed. */
  readonly after?: readonly string[] | undefined
  /** Packages to wait for no longer, as typed. */
  readonly drop?: readonly string[] | undefined
  /** 0 to 4. */
  readonly priority?: number | undefined
  /** Markdown below the front matter. */
  readonly body?: string | Buffer | undefined
}

export interface EditRequest extends PackageEdits {
  readonly feature: string
  readonly workPackage: string
  readonly provenance: Provenance
}

/** A whole new file. */
export interface ReplaceRequest {
  readonly feature: string
  readonly workPackage: string
  readonly bytes: Buffer
  /** Refuses with LostRace unless the file still has these bytes. */
  readonly before?: Buffer | undefined
  readonly provenance: Provenance
}

/** What changed: registers of the definition, and `body` for everything else. */
export type EditedPart = keyof Definition | 'body'

export interface EditResult {
  readonly feature: string
  readonly work_package: string
  /** Relative to the repository's root. */
  readonly file: string
  /** The same file, absolute: kitty writes the primary checkout's file from every worktree. */
  readonly path: string
  readonly changed: readonly EditedPart[]
  /** Null if the log has nothing new. */
  readonly event: EventDocument | null
}

/** Changes a package's file and the log together. */
@injectable()
export class EditPackage {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(PackagePlaces) private readonly places: PackagePlaces,
    @inject(StoreFile) private readonly files: StoreFile,
    @inject(LaneFiles) private readonly lanes: LaneFiles,
  ) {}

  /**
   * Changes single lines of the front matter, or the body; every other byte stays.
   * @throws KittyError UsageError, UnknownWorkPackage; ValidationError if the file cannot be changed like this; LostRace for
   * a holder whose claim has lost
   */
  @Exclusive
  async edit(request: EditRequest): Promise<EditResult> {
    const { feature, workPackage, provenance } = request
    const repeats = areThese(request)
    if (await this.#isRepeat(provenance))
      return this.#repeated(await this.decide({ ...request, repeats, drafts: [] }), request)
    const path = this.places.file(feature, workPackage)
    const before = this.places.read(path)
    const bytes = await this.#edited(path, before, request)
    return this.#put({ feature, workPackage, bytes, before, provenance, repeats }, path)
  }

  /**
   * Replaces the file, whatever it was.
   * @throws KittyError LostRace; ValidationError, DamagedData if the new text cannot be read or must not be stored
   */
  @Exclusive
  async replace(request: ReplaceRequest): Promise<EditResult> {
    const { feature, workPackage, bytes, provenance } = request
    const repeats = areThese(request)
    if (await this.#isRepeat(provenance))
      return this.#repeated(await this.decide({ ...request, repeats, drafts: [] }), request)
    const path = this.places.file(feature, workPackage)
    const before = this.places.read(path)
    if (request.before !== undefined && !request.before.equals(before)) throw changedMeanwhile(path)
    return this.#put({ feature, workPackage, bytes, before, provenance, repeats }, path)
  }

  @Emits
  protected async decide({
    drafts,
  }: Repeats & { drafts: readonly NewEvent[]; provenance: Provenance }): Promise<Decision> {
    return decided(drafts)
  }

  async #isRepeat({ causationId }: Provenance): Promise<boolean> {
    return causationId !== null && (await this.store.causedBy(causationId)).length > 0
  }

  #repeated(
    { events }: Decision,
    { feature, workPackage }: { feature: string; workPackage: string },
  ): EditResult {
    const path = this.places.file(feature, workPackage)
    const [event] = events
    const file = this.places.short(path)
    const shown = event === undefined ? null : eventDocument(event)
    return { feature, work_package: workPackage, file, path, changed: registersOf(shown), event: shown }
  }

  async #put(request: ReplaceRequest & Repeats & { before: Buffer }, path: string): Promise<EditResult> {
    const { feature, workPackage, bytes, before, provenance, repeats } = request
    const file = this.places.short(path)
    const answer = { feature, work_package: workPackage, file, path }
    if (bytes.equals(before)) return { ...answer, changed: [], event: null }
    const known = await this.store.workPackage(feature, workPackage)
    if (known !== undefined) refuseLostClaim(known, provenance)
    const places = await editedPlaces(path, before, bytes)
    const isEdited = (place: DefinitionPlace): boolean =>
      places.some((one) => one.register === place.register && (place.element ?? one.element) === one.element)
    const change = { feature, workPackage, path, before, bytes, isEdited, provenance }
    const { events } = await this.files.put(change, (drafts) => this.decide({ provenance, repeats, drafts }))
    const state = await this.store.workPackage(feature, workPackage)
    if (state !== undefined) this.lanes.settle([state], new Set())
    const registers = [...new Set(places.map(({ register }) => register))]
    const [event] = events
    const changed: EditedPart[] = registers.length === 0 ? ['body'] : registers
    return { ...answer, changed, event: event === undefined ? null : eventDocument(event) }
  }

  async #edited(path: string, before: Buffer, edits: EditRequest): Promise<Buffer> {
    const read = await readWorkPackage(path, before)
    if (!read.ok)
      throw new KittyError('DamagedData', read.reason, {
        nextSteps: shownCommand(['kitty', 'edit', `${edits.feature}/${edits.workPackage}`], 'correct it'),
      })
    const { wanted, registers } = await this.#wanted(read.workPackage, edits)
    const written = await setDefinition(path, before, wanted, registers)
    if (!written.ok)
      throw new KittyError('ValidationError', `${path} was not changed: ${written.problem}.`, {
        nextSteps: shownCommand(['kitty', 'edit', `${edits.feature}/${edits.workPackage}`], 'by hand'),
        context: { file: path, problem: written.problem },
      })
    return edits.body === undefined ? written.bytes : withBody(written.bytes, packageBody(edits.body))
  }

  async #wanted(
    stated: Definition,
    { feature, workPackage, title, priority, after, drop }: EditRequest,
  ): Promise<{ wanted: Definition; registers: (keyof Definition)[] }> {
    const added = (after ?? []).map(normalizeWorkPackageId)
    const dropped = (drop ?? []).map(normalizeWorkPackageId)
    const stranger = dropped.find((id) => !stated.dependencies.includes(id))
    if (stranger !== undefined) throw waitsNot(workPackage, stranger, stated.dependencies)
    await this.places.assertKnown(feature, added)
    const kept = stated.dependencies.filter((id) => !dropped.includes(id))
    const dependencies = [...new Set([...kept, ...added])]
    const { subtasks } = stated
    const wanted = {
      title: title === undefined ? stated.title : oneLine(title, 'title'),
      priority: priority ?? stated.priority,
      dependencies,
      subtasks,
    }
    return { wanted, registers: [...new Set(differences(wanted, stated).map(({ register }) => register))] }
  }
}

async function editedPlaces(path: string, before: Buffer, after: Buffer): Promise<DefinitionPlace[]> {
  const [old, now] = [await readWorkPackage(path, before), await readWorkPackage(path, after)]
  // A file that could not be read says nothing about what the edit changed in it.
  return old.ok && now.ok ? differences(now.workPackage, old.workPackage) : []
}

function registersOf(event: EventDocument | null): EditedPart[] {
  const parts = ['title', 'priority', 'dependencies', 'subtasks'] as const
  return parts.filter((part) => event !== null && event.payload[part] !== undefined)
}

/** A repeat is known by its package: the file may have changed since. */
function areThese(request: { feature: string; workPackage: string } & PackageEdits): Repeats['repeats'] {
  const { feature, workPackage, title, priority } = request
  return (earlier) =>
    earlier.every((event) => {
      if (!isKittyEvent(event) || event.entity_id !== workPackage) return false
      if (event.event_type !== 'WPChanged' && event.event_type !== 'WPCreated') return false
      if (event.payload.feature_slug !== feature) return false
      const { payload } = event
      const said = typeof payload.title === 'string' ? payload.title : payload.title?.new
      const set = typeof payload.priority === 'object' ? payload.priority?.new : payload.priority
      return (title === undefined || said === title.trim()) && (priority === undefined || set === priority)
    })
}

function changedMeanwhile(path: string): KittyError {
  return new KittyError('LostRace', `${path} was changed while you were editing it.`, {
    nextSteps: ['Look at the file, and edit it again.'],
    context: { file: path },
  })
}

function waitsNot(workPackage: string, other: string, dependencies: readonly string[]): KittyError {
  const waits = dependencies.length === 0 ? 'nothing' : dependencies
  return new KittyError('UsageError', `${workPackage} does not wait for ${other}.`, {
    nextSteps: [sentence`It waits for ${waits}.`],
    context: { work_package: workPackage, dependencies },
  })
}
