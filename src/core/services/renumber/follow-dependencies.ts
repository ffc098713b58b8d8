import { inject, injectable } from 'inversify'
import { isKittyError } from '../../errors/kitty-error.js'
import { Notices } from '../../errors/notices.js'
import { isKittyEvent, isSameActor, type KittyEvent } from '../../events-lib.js'
import { EventStore, type Provenance } from '../../store/event-store.js'
import { EditPackage } from '../packages/edit-package.js'
import { renumberKey } from '../../store/renumber-key.js'
import type { Handover } from './handover.js'

interface Place {
  readonly feature: string
  readonly from: string
  readonly to: string
}

interface Followed {
  /** Packages that wait for the new ID now. */
  readonly followed: readonly string[]
  /** Packages that still wait for the old ID, and may mean either. */
  readonly unclear: readonly string[]
}

/** Lets the packages that wait for a renumbered one wait for its new ID, in file and log. */
@injectable()
export class FollowDependencies {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(EditPackage) private readonly edits: EditPackage,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /**
   * Two clones had a package each under the old ID. The creator of one of them meant that one, and the dependency
   * follows where that is the package that went. Anyone else's stays as it is.
   */
  async follow(place: Place, { created, others }: Handover, provenance: Provenance): Promise<Followed> {
    const { feature, from } = place
    const followed: string[] = []
    const unclear: string[] = []
    const isBy = (event: KittyEvent | undefined, actor: string): boolean =>
      event !== undefined && isSameActor(event.actor, actor)
    for (const { work_package_id: id, dependencies } of await this.store.boardRows(feature)) {
      if (!dependencies.includes(from)) continue
      const actor = await this.#whoAdded(feature, id, from)
      const isOthers = actor !== undefined && others.some((event) => isBy(event, actor))
      const isMine = actor !== undefined && isBy(created, actor)
      if (
        isMine &&
        !isOthers &&
        (await this.#waits(id, place, { ...provenance, causationId: keyOf(created, id) }))
      )
        followed.push(id)
      else if (!isOthers || isMine) unclear.push(id)
    }
    return { followed, unclear }
  }

  /** Who last made the package wait for this one. */
  async #whoAdded(feature: string, workPackage: string, dependency: string): Promise<string | undefined> {
    const history = await this.store.history(feature, workPackage)
    return history.findLast((event) => {
      if (!isKittyEvent(event)) return false
      if (event.event_type === 'WPCreated') return event.payload.dependencies.includes(dependency)
      return (
        event.event_type === 'WPChanged' && event.payload.dependencies?.added.includes(dependency) === true
      )
    })?.actor
  }

  async #waits(workPackage: string, { feature, from, to }: Place, provenance: Provenance): Promise<boolean> {
    try {
      await this.edits.edit({
        feature,
        workPackage,
        after: [to],
        drop: [from],
        provenance,
      })
      return true
    } catch (error) {
      if (!isKittyError(error)) throw error
      this.notices.warn(`${workPackage} still waits for ${from}: ${error.message}`)
      return false
    }
  }
}

/** Part of the renumbering, and so nothing that undo takes back on its own. */
function keyOf(created: KittyEvent | undefined, workPackage: string): string | null {
  return created === undefined ? null : renumberKey(created, workPackage)
}
