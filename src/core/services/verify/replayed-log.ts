import { catchUp } from '../../index/ingest/catch-up.js'
import type { EventIndex } from '../../index/event-index.js'
import { IndexUnusable } from '../../index/index-unusable.js'
import type { IndexHealth } from '../../index/index-health.js'
import type { EventLog } from '../../log/event-log.js'
import { EventChecks } from './event-checks.js'

/** The log as this process has read it: whole at first, then what has come since. What is stored is compared with it. */
export class ReplayedLog {
  private constructor(
    private readonly log: EventLog,
    private readonly health: IndexHealth,
    readonly checks: EventChecks,
    readonly index: EventIndex,
  ) {}

  /** @returns what the caller closes */
  static async read(log: EventLog, health: IndexHealth): Promise<ReplayedLog> {
    const checks = new EventChecks()
    return new ReplayedLog(log, health, checks, await health.replay(checks.look))
  }

  /** Reads what has been written since, which takes as long as that is much. @returns what to use, and to close, from now on */
  async caughtUp(): Promise<ReplayedLog> {
    try {
      await catchUp(this.log, this.index, { seen: this.checks.look })
      return this
    } catch (error) {
      if (!(error instanceof IndexUnusable)) throw error
      // Its temporary file has no room for more, which a new one in memory does not need.
      const again = await ReplayedLog.read(this.log, this.health)
      await this.close()
      return again
    }
  }

  close(): Promise<void> {
    return this.index.close()
  }
}
