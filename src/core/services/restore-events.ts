import { inject, injectable } from 'inversify'
import { Exclusive } from '../../aspects/exclusive.js'
import { IndexHealth } from '../index/index-health.js'
import { EventLog } from '../log/event-log.js'
import { linesOfCommits } from '../log/repair/committed-lines.js'
import { Acknowledged } from '../store/acknowledged.js'
import { EventStore } from '../store/event-store.js'
import { Workspace } from '../workspace/workspace.js'
import { Revisions } from './revisions.js'

export interface Restored {
  readonly commit: string
  /** Events written into the log. */
  readonly restored: number
}

/** Brings back events that a branch had and the log no longer has. */
@injectable()
export class RestoreEvents {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(EventLog) private readonly log: EventLog,
    @inject(IndexHealth) private readonly health: IndexHealth,
    @inject(Acknowledged) private readonly acknowledged: Acknowledged,
    @inject(Revisions) private readonly revisions: Revisions,
    @inject(Workspace) private readonly workspace: Workspace,
  ) {}

  /**
   * Writes every event of a commit's log that the log lacks, and counts it as acknowledged here. A redacted event stays
   * as the log has it.
   * @param revision Any revision git understands. @throws KittyError UsageError when git knows no such commit.
   */
  @Exclusive
  async restore(revision: string): Promise<Restored> {
    const commit = this.revisions.commit(revision, '--from')
    const index = await this.health.current()
    const { root, eventsDir } = this.workspace
    let restored = 0
    for (const lines of linesOfCommits(root, eventsDir, [commit])) {
      const absent = new Set(await index.absent(lines.map(({ event_id }) => event_id)))
      const missing = lines.filter(({ event_id }) => absent.has(event_id))
      if (missing.length === 0) continue
      // Kept before it is shown: what stands in the log can be taken from it again.
      await this.acknowledged.add(missing)
      restored += this.log.putBack(missing)
    }
    return { commit, restored }
  }
}
