import { inject, injectable } from 'inversify'
import { KittyError } from '../errors/kitty-error.js'
import { IndexHealth } from '../index/index-health.js'
import { Session } from '../workspace/session.js'
import { Workspace } from '../workspace/workspace.js'
import { ClockStorage } from '../log/clock-storage.js'
import { sentence } from '../errors/next-step.js'

export interface ClockRebuild {
  /** What clock.json said. Null if it said nothing usable. */
  readonly old: number | null
  readonly new: number
}

/** Sets the clock from the log. */
@injectable()
export class RebuildClock {
  constructor(
    @inject(IndexHealth) private readonly health: IndexHealth,
    @inject(ClockStorage) private readonly clock: ClockStorage,
    @inject(Session) private readonly session: Session,
    @inject(Workspace) private readonly workspace: Workspace,
  ) {}

  /** Runs with the write lock held. @throws KittyError NotWritable if clock.json cannot be saved */
  async rebuild(): Promise<ClockRebuild> {
    const reading = this.clock.read()
    const next = (await (await this.health.current()).maximumClock()) + 1
    const warning = this.clock.write(next, this.session.now())
    if (warning !== undefined) {
      throw new KittyError('NotWritable', warning, {
        nextSteps: [
          sentence`Make ${this.workspace.clockFile} writable, or delete it: the next write finds the clock in the log.`,
        ],
      })
    }
    return { old: 'value' in reading ? reading.value : null, new: next }
  }
}
