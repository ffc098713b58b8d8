import { basename, dirname, join } from 'node:path'
import { inject, injectable } from 'inversify'
import { Emits } from '../../../aspects/emits.js'
import { Exclusive } from '../../../aspects/exclusive.js'
import { assertSameOperation } from '../../errors/key-is-taken.js'
import { KittyError } from '../../errors/kitty-error.js'
import { sentence } from '../../errors/next-step.js'
import { entityKey, isKittyEvent, MAX_PARENTS, type NewEvent } from '../../events-lib.js'
import { putInside, removeInside } from '../../files/work-tree.js'
import { renumbered, renumberedName } from '../../specs/new-package.js'
import { readWorkPackage } from '../../specs/work-package-file.js'
import {
  decided,
  type Decision,
  EventStore,
  type ForeignDraft,
  type Provenance,
} from '../../store/event-store.js'
import { renumberKey } from '../../store/renumber-key.js'
import { Session } from '../../workspace/session.js'
import { Workspace } from '../../workspace/workspace.js'
import { packageCreated } from '../definitions/definition-events.js'
import { OwnWriting } from '../definitions/own-writing.js'
import { PackagePlaces } from '../definitions/package-places.js'
import { FollowDependencies } from './follow-dependencies.js'
import { removeOld } from './remove-old.js'
import { type Handover, handoverOf, underNewId } from './handover.js'

export interface RenumberRequest {
  readonly feature: string
  readonly workPackage: string
  /** The file that gets the next free number: its name, or a path that ends in it. */
  readonly file: string
  readonly provenance: Provenance
}

export interface RenumberResult {
  readonly feature: string
  readonly work_package: string
  /** The number that the file has now. */
  readonly renumbered: string
  /** Relative to the repository's root. */
  readonly file: string
  /** How many events the package took along, its creation included. */
  readonly events: number
  /** Packages that wait for the new number now. */
  readonly followed: readonly string[]
  /** Packages that still wait for the old number: nothing says which of the packages they mean. */
  readonly unclear: readonly string[]
}

/**
 * Settles an ID that several packages have: one file gets the next free number, with what was written about it. Each step
 * can be repeated: killed anywhere, the same command goes on.
 */
@injectable()
export class RenumberPackage {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Session) private readonly session: Session,
    @inject(PackagePlaces) private readonly places: PackagePlaces,
    @inject(OwnWriting) private readonly own: OwnWriting,
    @inject(FollowDependencies) private readonly dependencies: FollowDependencies,
  ) {}

  /** @throws KittyError UsageError unless the ID has this file and another one; DamagedData */
  @Exclusive
  async renumber(request: RenumberRequest): Promise<RenumberResult> {
    const { feature, workPackage, provenance } = request
    const name = basename(request.file)
    await this.#refuseOtherKey(request, name)
    const handover = await this.#handover(feature, workPackage, name)
    const files = this.places.filesOf(feature, workPackage)
    const file = files.find((one) => basename(one) === name)
    const others = files.filter((one) => one !== file)
    const earlier = await this.#earlier(handover)
    const isGone = file === undefined && earlier !== undefined
    if (!isGone && (file === undefined || others.length === 0)) throw notSeveral(workPackage, name, files)
    const id = isGone ? earlier : await this.#give(request, { file: file ?? '', others, handover, earlier })
    const place = { feature, from: workPackage, to: id }
    return {
      feature,
      work_package: workPackage,
      renumbered: id,
      file: this.places.short(this.places.file(feature, id)),
      events: handover.moved.length,
      ...(await this.dependencies.follow(place, handover, provenance)),
    }
  }

  /** The file goes first: killed before the events, it is an exact copy, which the next run finds. @returns the ID */
  async #give(
    { feature, workPackage, provenance }: RenumberRequest,
    { file, others, handover, earlier }: Found,
  ): Promise<string> {
    const { root } = this.workspace
    const from = join(root, file)
    const before = this.places.read(from)
    const id = earlier ?? this.#copied(feature, file, before) ?? (await this.places.nextId(feature))
    const moved = renumbered(basename(file), before, id)
    const to = join(dirname(from), moved.name)
    const kept: NewEvent<'WPCreated'>[] = []
    for (const other of others) kept.push(await this.#stated(feature, join(root, other)))
    const made = await this.#stated(feature, to, moved.bytes)
    const written = this.store.written.size
    putInside(root, to, moved.bytes)
    try {
      if ((await this.store.workPackage(feature, id))?.created !== true) {
        if (handover.created === undefined) await this.decide({ provenance, drafts: [made, ...kept] })
        else {
          const place = { from: workPackage, to: id, file: moved.name }
          const copies = underNewId(handover.moved, place)
          await this.store.appendForeign([
            ...copies,
            ...(await this.#kept(kept, handover, place, provenance)),
          ])
        }
      }
    } catch (error) {
      if (this.store.written.size === written) removeInside(root, to)
      throw error
    }
    removeOld(root, from, { to, id, bytes: moved.bytes })
    this.own.keep(this.places.short(to), undefined, moved.bytes)
    this.own.keep(file, before, undefined)
    return id
  }

  /**
   * Only a package without events of its own is created with the command's key, in an event that names it and in those
   * of the packages that keep the ID.
   * @throws KittyError UsageError if the key was used for something else
   */
  async #refuseOtherKey({ feature, workPackage, provenance }: RenumberRequest, name: string): Promise<void> {
    const { causationId } = provenance
    const earlier = causationId === null ? [] : await this.store.causedBy(causationId)
    if (causationId === null || earlier.length === 0) return
    const repeats = (): boolean =>
      earlier.every((event) => {
        if (!isKittyEvent(event) || event.event_type !== 'WPCreated') return false
        const { feature_slug, work_package_id: id, file } = event.payload
        return feature_slug === feature && (id === workPackage || file === renumberedName(name, id))
      })
    await assertSameOperation(causationId, earlier, { provenance, repeats })
  }

  @Emits
  protected async decide({
    drafts,
  }: {
    provenance: Provenance
    drafts: readonly NewEvent[]
  }): Promise<Decision> {
    return decided(drafts)
  }

  /** Every event that names the ID or one of its gates, also those that an earlier run has handed over. */
  async #handover(feature: string, workPackage: string, name: string): Promise<Handover> {
    const own = await this.store.read({ feature, entity: workPackage, entityType: 'WorkPackage' })
    const gates = await this.store.read({ feature, entityType: 'Gate' })
    const ids = new Set(
      gates.flatMap((event) =>
        isKittyEvent(event) &&
        event.event_type === 'GateCreated' &&
        event.payload.work_package_id === workPackage
          ? [event.entity_id as string]
          : [],
      ),
    )
    return handoverOf(
      own,
      gates.filter(({ entity_id }) => ids.has(entity_id)),
      name,
    )
  }

  /** The number that an earlier run has given; undefined if there was none. */
  async #earlier({ created }: Handover): Promise<string | undefined> {
    if (created === undefined) return undefined
    const [event] = await this.store.causedBy(renumberKey(created))
    return event?.entity_id
  }

  /** The number of an exact copy that a killed run has left. */
  #copied(feature: string, file: string, before: Buffer): string | undefined {
    return this.places.all(feature).find(({ id, path }) => {
      const moved = renumbered(basename(file), before, id)
      return (
        basename(path) === moved.name &&
        path !== file &&
        this.places.read(join(this.workspace.root, path)).equals(moved.bytes)
      )
    })?.id
  }

  /** The packages that keep the ID, each without what the other one took along. None has seen another one. */
  async #kept(
    kept: readonly NewEvent<'WPCreated'>[],
    { created, moved }: Handover,
    { from, to }: { readonly from: string; readonly to: string },
    { actor, correlationId }: Provenance,
  ): Promise<ForeignDraft[]> {
    const [first] = kept
    if (first === undefined || created === undefined) return []
    const heads =
      (await this.store.workPackage(first.payload.feature_slug, from))?.heads[entityKey(first)] ?? []
    const renumbered = { work_package_id: to, events: moved.map(({ event_id }) => event_id) }
    return kept.map(({ event_type, entity_id, entity_type, payload }) => ({
      event_type,
      event_version: 1,
      entity_id,
      entity_type,
      timestamp: this.session.now().toISOString(),
      actor,
      causation_id: renumberKey(created, payload.file ?? ''),
      correlation_id: correlationId,
      payload: { ...payload, renumbered },
      parents: heads.slice(-MAX_PARENTS),
    }))
  }

  async #stated(
    feature: string,
    path: string,
    bytes = this.places.read(path),
  ): Promise<NewEvent<'WPCreated'>> {
    const read = await readWorkPackage(path, bytes)
    if (read.ok) return packageCreated(feature, read.workPackage)
    throw new KittyError('DamagedData', `${read.reason}. Nothing was changed.`, {
      nextSteps: ['Correct the file and run the command again.'],
      context: { file: path },
    })
  }
}

interface Found {
  readonly file: string
  readonly others: readonly string[]
  readonly handover: Handover
  readonly earlier: string | undefined
}

function notSeveral(workPackage: string, file: string, files: readonly string[]): KittyError {
  return new KittyError('UsageError', `${workPackage} does not have ${file} and another file.`, {
    nextSteps: [files.length === 0 ? 'It has no file here.' : sentence`Its files: ${files}`],
    context: { work_package: workPackage, files },
  })
}
