import { inject, injectable } from 'inversify'
import { KittyError } from '../../errors/kitty-error.js'
import { IndexHealth } from '../../index/index-health.js'
import { Session } from '../../workspace/session.js'
import { ClockStorage } from '../../log/clock-storage.js'
import { issueFrom } from '../../store/clock.js'

export interface ClockRebuild {
  /** What clock.json said. Null if it said nothing usable. */
  readonly old: number | null
  readonly new: number
}

/** Sets the clock from the log, and past what this clone has issued. */
@injectable()
export class RebuildClock {
  constructor(
    @inject(IndexHealth) private readonly health: IndexHealth,
    @inject(ClockStorage) private readonly clock: ClockStorage,
    @inject(Session) private readonly session: Session,
  ) {}

  /** Runs with the write lock held. @throws KittyError NotWritable if the clock cannot be saved */
  async rebuild(): Promise<ClockRebuild> {
    const reading = this.clock.read()
    const { next } = issueFrom(reading, await (await this.health.current()).maximumClock())
    const warning = this.clock.remember(next) ?? this.clock.write(next, this.session.now())
    if (warning !== undefined) {
      throw new KittyError('NotWritable', warning, {
        nextSteps: ['Make that file writable, or delete it: the next write finds the clock in the log.'],
      })
    }
    return { old: reading.file ?? null, new: next }
  }
}
