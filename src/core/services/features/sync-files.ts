import { inject, injectable } from 'inversify'
import { Exclusive } from '../../../aspects/exclusive.js'
import { KittyError } from '../../errors/kitty-error.js'
import { EventStore, type Provenance } from '../../store/event-store.js'
import { FinalizeTasks, type FinalizeResult } from './finalize-tasks.js'
import { Scope } from '../scope.js'
import { WriteDefinitions, type WrittenDefinition } from '../definitions/write-definitions.js'
import { knownWorkPackage } from '../known-work-package.js'
import { DefinitionFiles } from '../definitions/definition-files.js'

export interface SyncRequest {
  /** As typed. Empty means all features. */
  readonly features: readonly string[]
  readonly check: boolean
  readonly lanes: boolean
  /** Packages whose files win, as typed. */
  readonly take: readonly string[]
  /** Packages for which the log wins, as typed. */
  readonly write: readonly string[]
  readonly provenance: Provenance
}

export interface SyncResult extends FinalizeResult {
  readonly written: readonly WrittenDefinition[]
}

/** Makes the files and the log agree. */
@injectable()
export class SyncFiles {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(Scope) private readonly scope: Scope,
    @inject(FinalizeTasks) private readonly finalizeTasks: FinalizeTasks,
    @inject(DefinitionFiles) private readonly files: DefinitionFiles,
    @inject(WriteDefinitions) private readonly definitions: WriteDefinitions,
  ) {}

  /**
   * @throws KittyError as `FinalizeTasks.finalize`; UsageError for a package that is both taken and written;
   * UnknownWorkPackage for one that has neither a file nor an event
   */
  async sync(request: SyncRequest): Promise<SyncResult> {
    const { check, lanes, provenance } = request
    const flag = request.features.length === 1 ? request.features[0] : undefined
    const take = await this.#places(request.take, flag)
    const write = await this.#places(request.write, flag)
    for (const place of take) await this.#assertKnown(place)
    const both = [...take].find((place) => write.has(place))
    if (both !== undefined) throw takenAndWritten(both)
    const named = await Promise.all(request.features.map((feature) => this.scope.feature(feature)))
    const about = [...take, ...write].map((place) => split(place)[0])
    const all = named.length + about.length === 0
    const features = all ? await this.scope.activeFeatures() : [...new Set([...named, ...about])]
    const written = check ? [] : await this.write(write)
    const asked = { features, all, take, lanes, partly: true, provenance }
    const result = check ? await this.finalizeTasks.check(asked) : await this.finalizeTasks.finalize(asked)
    return { ...result, written }
  }

  @Exclusive
  protected async write(places: ReadonlySet<string>): Promise<WrittenDefinition[]> {
    const written: WrittenDefinition[] = []
    for (const place of places) written.push(await this.definitions.write(...split(place)))
    return written
  }

  async #assertKnown(place: string): Promise<void> {
    const [feature, workPackage] = split(place)
    const files = await this.files.read(feature, new Set([workPackage]))
    if (!files.has(workPackage)) await knownWorkPackage(this.store, feature, workPackage)
  }

  /** Turns each name into the form `017-login/WP01`. */
  async #places(typed: readonly string[], flag: string | undefined): Promise<Set<string>> {
    const places = await Promise.all(
      typed.map((text) => this.scope.place(text, text.includes('/') ? undefined : flag)),
    )
    return new Set(places.map(({ feature, workPackage }) => `${feature}/${workPackage}`))
  }
}

/** `017-login/WP01` as feature and package. */
function split(place: string): [feature: string, workPackage: string] {
  const slash = place.lastIndexOf('/')
  return [place.slice(0, slash), place.slice(slash + 1)]
}

function takenAndWritten(place: string): KittyError {
  return new KittyError('UsageError', `${place} is named by --take and by --write.`, {
    nextSteps: ['--take where the file counts, --write where the log counts'],
    context: { work_package: place },
  })
}
