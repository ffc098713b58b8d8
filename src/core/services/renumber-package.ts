import { basename, dirname, join } from 'node:path'
import { inject, injectable } from 'inversify'
import { Emits } from '../../aspects/emits.js'
import { Exclusive } from '../../aspects/exclusive.js'
import { KittyError } from '../errors/kitty-error.js'
import { sentence } from '../errors/next-step.js'
import type { NewEvent } from '../events-lib.js'
import { putInside, removeInside } from '../files/work-tree.js'
import { renumbered } from '../specs/new-id.js'
import { nextPackageId } from '../specs/new-package.js'
import { readWorkPackage } from '../specs/work-package-file.js'
import { EventStore, type Decision, decided, type Provenance } from '../store/event-store.js'
import { Workspace } from '../workspace/workspace.js'
import { packageCreated } from './definitions/definition-events.js'
import { OwnWriting } from './definitions/own-writing.js'
import { PackagePlaces } from './definitions/package-places.js'

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
}

/** Settles an ID that two packages have: one file gets the next free number, the other one keeps the ID. */
@injectable()
export class RenumberPackage {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(PackagePlaces) private readonly places: PackagePlaces,
    @inject(OwnWriting) private readonly own: OwnWriting,
  ) {}

  /**
   * The old ID keeps its events; the file that stays says what its package is.
   * @throws KittyError UsageError unless the ID has this file and one other; DamagedData
   */
  @Exclusive
  async renumber(request: RenumberRequest): Promise<RenumberResult> {
    const { feature, workPackage, provenance } = request
    const { root } = this.workspace
    const files = this.places.filesOf(feature, workPackage)
    const file = files.find((one) => basename(one) === basename(request.file))
    const [stays, ...others] = files.filter((one) => one !== file)
    if (file === undefined || stays === undefined || others.length > 0)
      throw notTwo(workPackage, request.file, files)
    const id = nextPackageId(await this.places.known(feature))
    const from = join(root, file)
    const before = this.places.read(from)
    const moved = renumbered(basename(file), before, id)
    const to = join(dirname(from), moved.name)
    const kept = await this.#stated(feature, join(root, stays), this.places.read(join(root, stays)))
    const made = await this.#stated(feature, to, moved.bytes)
    await this.decide({ provenance, drafts: [made, kept] })
    putInside(root, to, moved.bytes)
    removeInside(root, from)
    this.own.keep(this.places.short(to), undefined, moved.bytes)
    this.own.keep(file, before, undefined)
    return { feature, work_package: workPackage, renumbered: id, file: this.places.short(to) }
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

  async #stated(feature: string, path: string, bytes: Buffer): Promise<NewEvent> {
    const read = await readWorkPackage(path, bytes)
    if (read.ok) return packageCreated(feature, read.workPackage)
    throw new KittyError('DamagedData', `${read.reason}. Nothing was changed.`, {
      nextSteps: ['Correct the file and run the command again.'],
      context: { file: path },
    })
  }
}

function notTwo(workPackage: string, file: string, files: readonly string[]): KittyError {
  return new KittyError('UsageError', `${workPackage} does not have ${basename(file)} and one other file.`, {
    nextSteps: [files.length === 0 ? 'It has no file here.' : sentence`Its files: ${files}`],
    context: { work_package: workPackage, files },
  })
}
