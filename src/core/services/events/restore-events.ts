import { inject, injectable } from 'inversify'
import { Exclusive } from '../../../aspects/exclusive.js'
import { IndexHealth } from '../../index/index-health.js'
import { EventLog } from '../../log/event-log.js'
import { linesOfCommits } from '../../log/repair/committed-lines.js'
import { withoutUnread } from '../../log/unread-lines.js'
import { Acknowledged } from '../../store/acknowledged.js'
import { EventStore } from '../../store/event-store.js'
import { Workspace } from '../../workspace/workspace.js'
import { Revisions } from '../revisions.js'

export interface Restored {
  readonly commit: string
  /** Events written to the log. */
  readonly restored: number
}

/** Restores events that a branch has and the log has lost. */
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
   * Writes every event from a commit's log that the log lacks, and records it as acknowledged in this clone. Keeps the
   * log's version of a redacted event.
   * @param revision any revision that git understands
   * @throws KittyError UsageError if git knows no such commit
   */
  @Exclusive
  async restore(revision: string): Promise<Restored> {
    const commit = this.revisions.commit(revision, '--from')
    const index = await this.health.current()
    const { root, eventsDir } = this.workspace
    // Several files of the commit may have an event, and the index knows none that is restored here.
    const seen = new Set<string>()
    for (const lines of linesOfCommits(root, eventsDir, [commit])) {
      const absent = new Set(await index.absent(lines.map(({ event_id }) => event_id)))
      const missing = withoutUnread(
        lines.filter(({ event_id }) => absent.has(event_id) && !seen.has(event_id)),
        this.log,
      )
      if (missing.length === 0) continue
      // Acknowledge the events before adding them, since git can take an event out of the log again.
      await this.acknowledged.add(missing)
      this.log.putBack(missing)
      for (const { event_id } of missing) seen.add(event_id)
    }
    return { commit, restored: seen.size }
  }
}
