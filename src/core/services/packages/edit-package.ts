import { inject, injectable } from 'inversify'
import { Emits } from '../../../aspects/emits.js'
import { Exclusive } from '../../../aspects/exclusive.js'
import { KittyError } from '../../errors/kitty-error.js'
import { sentence, shownCommand } from '../../errors/next-step.js'
import type { NewEvent } from '../../events-lib.js'
import type { EventDocument } from '../../projections/board-document.js'
import { eventDocument } from '../../projections/documents.js'
import { type Definition, type DefinitionPlace, differences } from '../../specs/definition.js'
import { setDefinition } from '../../specs/definition-lines.js'
import { readWorkPackage } from '../../specs/work-package-file.js'
import { EventStore, type Decision, decided, type Provenance } from '../../store/event-store.js'
import { normalizeWorkPackageId } from '../../specs/work-package-id.js'
import { refuseLostClaim } from '../claims/lost-claim.js'
import { loggedValues } from '../definitions/logged-values.js'
import { oneLine } from '../definitions/one-line.js'
import { OwnWriting } from '../definitions/own-writing.js'
import { PackagePlaces } from '../definitions/package-places.js'
import { isOneOf, type PackageEdits, statedBy } from '../definitions/package-edits.js'
import { packageBody, withBody } from '../definitions/package-text.js'
import { StoreFile } from '../definitions/store-file.js'
import { LaneFiles } from '../moves/lane-files.js'
import { isOf, type Repeats } from '../first-event.js'

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

interface Put extends ReplaceRequest, Repeats {
  readonly before: Buffer
  readonly body?: string | undefined
  /** What the request names of the definition. */
  readonly places: readonly DefinitionPlace[]
}

/** Changes a package's file and the log together. */
@injectable()
export class EditPackage {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(PackagePlaces) private readonly places: PackagePlaces,
    @inject(StoreFile) private readonly files: StoreFile,
    @inject(LaneFiles) private readonly lanes: LaneFiles,
    @inject(OwnWriting) private readonly own: OwnWriting,
  ) {}

  /**
   * Changes single lines of the front matter, or the body; every other byte stays.
   * @throws KittyError UsageError, UnknownWorkPackage; ValidationError if the file cannot be changed like this; LostRace for
   * a holder whose claim has lost
   */
  @Exclusive
  async edit(request: EditRequest): Promise<EditResult> {
    const { feature, workPackage, provenance } = request
    const repeats = this.#areThese(request)
    if (await this.#isRepeat(provenance))
      return this.#repeated(await this.decide({ ...request, repeats, drafts: [] }), request)
    const path = this.places.file(feature, workPackage)
    const before = this.places.read(path)
    const bytes = await this.#edited(path, before, request)
    const places = statedBy(request).map(({ place }) => place)
    const body = bodyOf(request)
    return this.#put({ feature, workPackage, bytes, body, before, provenance, repeats, places }, path)
  }

  /**
   * Replaces the file, whatever it was.
   * @throws KittyError LostRace; ValidationError, DamagedData if the new text cannot be read or must not be stored
   */
  @Exclusive
  async replace(request: ReplaceRequest): Promise<EditResult> {
    const { feature, workPackage, bytes, provenance } = request
    const repeats = this.#areThese(request)
    if (await this.#isRepeat(provenance))
      return this.#repeated(await this.decide({ ...request, repeats, drafts: [] }), request)
    const path = this.places.file(feature, workPackage)
    const before = this.places.read(path)
    // An earlier run may have been killed after it had written the file.
    const isChanged = request.before !== undefined && !request.before.equals(before) && !bytes.equals(before)
    if (isChanged) throw changedMeanwhile(path)
    return this.#put({ feature, workPackage, bytes, before, provenance, repeats, places: [] }, path)
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

  /** A file that has these bytes already may still be new to the log: a run may have been killed between the two. */
  async #put(request: Put, path: string): Promise<EditResult> {
    const { feature, workPackage, bytes, body, before, provenance, repeats } = request
    const file = this.places.short(path)
    const answer = { feature, work_package: workPackage, file, path }
    const isThere = bytes.equals(before)
    if (isThere && (await this.files.isLogged(feature, workPackage)))
      return { ...answer, changed: [], event: null }
    const known = await this.store.workPackage(feature, workPackage)
    if (known !== undefined) refuseLostClaim(known, provenance)
    const places = await editedPlaces(path, before, bytes)
    const isEdited = isOneOf([...request.places, ...places])
    const change = { feature, workPackage, path, before, bytes, body, isEdited, provenance }
    const { events } = await this.files.put(change, (drafts) => this.decide({ provenance, repeats, drafts }))
    const state = await this.store.workPackage(feature, workPackage)
    if (state !== undefined) this.lanes.settle([state], new Set())
    const [event] = events
    const shown = event === undefined ? null : eventDocument(event)
    const registers = isThere ? registersOf(shown) : [...new Set(places.map(({ register }) => register))]
    const changed: EditedPart[] = registers.length === 0 && !isThere ? ['body'] : registers
    return { ...answer, changed, event: shown }
  }

  /**
   * A repeat is known by what the log said after it, since the file may have changed; and by the notes on what kitty has
   * written into the file, where this clone has them.
   */
  #areThese(request: EditRequest | ReplaceRequest): Repeats['repeats'] {
    const { feature, workPackage } = request
    return async (earlier) => {
      const [event] = earlier
      const isChange = event?.event_type === 'WPChanged' || event?.event_type === 'WPCreated'
      if (!isChange || !earlier.every((one) => isOf(one, feature, workPackage))) return false
      const history = await this.store.history(feature, workPackage)
      const then = history.slice(0, history.findIndex((one) => one.event_id === event.event_id) + 1)
      const stated = statedBy('bytes' in request ? {} : request)
      // An event names what it changed. What was asked for and is not named had that value already.
      const isSaid = stated.every(({ place, value }) => loggedValues(then, place).at(-1) === value)
      return isSaid && this.#hasWritten(request)
    }
  }

  /** False only if the text of the request was never written into the file. */
  #hasWritten(request: EditRequest | ReplaceRequest): boolean {
    const { feature, workPackage } = request
    const file = this.places.short(this.places.file(feature, workPackage))
    if ('bytes' in request) return this.own.hasWritten(file, request.bytes) !== false
    const body = bodyOf(request)
    return body === undefined || this.own.hasWrittenBody(file, body) !== false
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
    const logged = await this.store.workPackage(feature, workPackage)
    // A run that was killed before its event may have taken it out of the file.
    const waitsFor = new Set([...stated.dependencies, ...(logged?.dependencies ?? [])])
    const stranger = dropped.find((id) => !waitsFor.has(id))
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

function bodyOf({ body }: EditRequest): string | undefined {
  return body === undefined ? undefined : packageBody(body)
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
