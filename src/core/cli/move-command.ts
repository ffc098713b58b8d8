import { Snapshot } from '../../aspects/snapshot.js'
import { WithErrorStorage } from '../../aspects/with-error-storage.js'
import { WithEventStore } from '../../aspects/with-event-store.js'
import { MovePackages } from '../services/moves/move-packages.js'
import type { EventStore } from '../store/event-store.js'
import { eachFlag, moveFlags } from './flags.js'
import { KittyCommand } from './kitty-command.js'
import { moveLine } from './render/written.js'

/** The packages that a command line names, and the lane to move them to. */
export interface AskedMove {
  readonly names: readonly string[]
  readonly to: string
}

/** Base of the short commands that move packages: one or several, all or none. */
export abstract class MoveCommand extends KittyCommand<typeof MoveCommand> {
  static override flags = { each: eachFlag, ...moveFlags }

  declare readonly eventStore: EventStore

  /** @throws KittyError UsageError when the command line or the workflow names no lane */
  protected abstract asked(): Promise<AskedMove>

  @WithErrorStorage
  @WithEventStore
  @Snapshot
  async run(): Promise<unknown> {
    const service = await this.service(MovePackages)
    const scope = await this.scope(this.eventStore)
    const { names, to } = await this.asked()
    const { reason, force, expect, evidence, each, feature } = this.flags
    const places = []
    for (const name of names) places.push(await scope.place(name, feature))
    const moved = await service.move({
      places,
      each,
      to,
      reason,
      force,
      expect,
      evidence,
      reviewRef: this.flags['review-ref'],
      provenance: scope.provenance(this.flags),
    })
    this.show(() => moved.map(moveLine))
    return this.document({ moved })
  }
}
