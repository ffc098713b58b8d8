import { dirname } from 'node:path'
import { inject, injectable } from 'inversify'
import { isKittyError } from '../../errors/kitty-error.js'
import { Notices } from '../../errors/notices.js'
import { removeLeftTemporaries } from '../../files/left-temporaries.js'
import { holds, putOver, savedByOthers } from '../../files/put-over.js'
import { removeInside } from '../../files/work-tree.js'
import type { NewEvent } from '../../events-lib.js'
import type { DefinitionPlace } from '../../specs/definition.js'
import { repoPath } from '../../platform/paths.js'
import { EventStore, type Provenance } from '../../store/event-store.js'
import { Workspace } from '../../workspace/workspace.js'
import { OwnWriting, type TextAuthor } from './own-writing.js'
import { hasSameBody } from './package-text.js'
import { PlanDefinitions } from './plan-definitions.js'
import { SyncDefinition, unsynced } from './sync-definition.js'

/** A package's file as it is to become. */
export interface FileChange {
  readonly feature: string
  readonly workPackage: string
  /** Absolute. */
  readonly path: string
  /** Undefined if there is no such file yet. */
  readonly before: Buffer | undefined
  readonly bytes: Buffer
  /** The body that the command was given, if it was. */
  readonly body?: string | undefined
  /** True where this change is meant: there, the file wins even over later values in the log. */
  readonly isEdited: (place: DefinitionPlace) => boolean
  readonly provenance: Provenance
}

/** Writes a package's file and the event that says the same, in one step. */
@injectable()
export class StoreFile {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(PlanDefinitions) private readonly plans: PlanDefinitions,
    @inject(SyncDefinition) private readonly sync: SyncDefinition,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(OwnWriting) private readonly own: OwnWriting,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /** Whether the log has everything that the package's file says. */
  async isLogged(feature: string, workPackage: string): Promise<boolean> {
    const state = await this.store.workPackage(feature, workPackage)
    return this.plans.isInSync(feature, state === undefined ? [] : [state], new Set([workPackage]))
  }

  /**
   * Call it with the lock held. The file goes first: a command killed after it leaves a file that is `new` or
   * `changed`, which the next sync takes over. If nothing was appended, the file is as it was before.
   * @param append appends these events about the package
   * @throws KittyError what `append` throws; ValidationError or DamagedData for a definition that must not be stored;
   * LostRace for a file that someone else has saved since it was read
   */
  async put<T>(change: FileChange, append: (own: readonly NewEvent[]) => Promise<T>): Promise<T> {
    const { feature, workPackage, path, bytes, provenance } = change
    const { root } = this.workspace
    const written = this.store.written.size
    if (change.before?.equals(bytes) !== true) {
      if (!putOver(root, path, { before: change.before, after: bytes })) throw savedByOthers(path)
      removeLeftTemporaries(root, dirname(path))
    }
    const file = repoPath(root, path)
    const by = isNewText(change) ? await this.#author(provenance) : undefined
    this.own.keepAll([{ file, before: change.before, after: bytes, body: change.body, by }])
    try {
      const states = await this.store.workPackages(feature)
      const only = new Set([workPackage])
      const plan = await this.plans.plan({ feature, states, only, isEdited: change.isEdited })
      if (plan.problems.length > 0) throw unsynced(plan)
      const own = plan.drafts.filter((draft) => draft.entity_id === workPackage)
      const others = plan.drafts.filter((draft) => draft.entity_id !== workPackage)
      if (own.length === 0) return await append([])
      const brought = [...(await this.sync.specOf(feature, provenance.actor)), ...others]
      const { answer } = await this.store.supposing(brought, provenance, () => append(own))
      this.plans.written(plan)
      return answer
    } catch (error) {
      if (this.store.written.size === written) this.#restore(change)
      throw error
    }
  }

  async #author({ actor, session = null, correlationId }: Provenance): Promise<TextAuthor> {
    return { actor, session, correlation: correlationId, clock: await this.store.trustedClock() }
  }

  /**
   * Leaves the reason of the failure to the caller: a full disk may refuse the former text, too. What someone else has
   * saved by now stays.
   */
  #restore({ path, before, bytes }: FileChange): void {
    const { root } = this.workspace
    try {
      if (before?.equals(bytes) === true || this.#isTakenBack(path, before, bytes)) return
    } catch (error) {
      if (!isKittyError(error)) throw error
    }
    this.notices.warn(
      `${repoPath(root, path)} keeps the change, which is not in the log: run the command again.`,
    )
  }

  #isTakenBack(path: string, before: Buffer | undefined, bytes: Buffer): boolean {
    const { root } = this.workspace
    if (before !== undefined) return putOver(root, path, { before: bytes, after: before })
    if (!holds(path, bytes)) return false
    removeInside(root, path)
    return true
  }
}

/** True where an existing file gets another text below its front matter, of which the log knows nothing. */
function isNewText({ before, bytes }: FileChange): boolean {
  return before !== undefined && !hasSameBody(before, bytes)
}
