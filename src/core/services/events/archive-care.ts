import { inject, injectable } from 'inversify'
import { Exclusive } from '../../../aspects/exclusive.js'
import { KittyError } from '../../errors/kitty-error.js'
import type { ArchivedDay } from '../../log/archive/day-parts.js'
import { Archive } from '../../log/archive/archive.js'
import { isDay } from '../../log/format/day-file.js'
import { branchTips, linesOfCommits } from '../../log/repair/committed-lines.js'
import { EventStore } from '../../store/event-store.js'
import { Session } from '../../workspace/session.js'
import { Workspace } from '../../workspace/workspace.js'

export interface PrunedArchive {
  /** Events removed from the archive. */
  readonly pruned: number
  readonly days: readonly ArchivedDay[]
}

/** Reports how large the archive is, and removes what a person no longer wants to keep. */
@injectable()
export class ArchiveCare {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(Archive) private readonly archive: Archive,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Session) private readonly session: Session,
  ) {}

  days(): Promise<ArchivedDay[]> {
    return this.archive.days()
  }

  /**
   * Removes events that were archived before a given day and are in HEAD.
   * @param before `YYYY-MM-DD`
   * @param alsoLost also remove events that are on no branch
   * @throws KittyError UsageError if `before` is not a day; GitFailure, in which case nothing was removed
   */
  @Exclusive
  async prune(before: string, alsoLost: boolean): Promise<PrunedArchive> {
    if (!isDay(before))
      throw new KittyError('UsageError', `${JSON.stringify(before.slice(0, 40))} is not a day.`, {
        nextSteps: ['Write it as YYYY-MM-DD: --prune-before 2026-01-31'],
        context: { prune_before: before.slice(0, 40) },
      })
    const inHead = this.#idsOf(['HEAD'])
    const anywhere = alsoLost ? this.#idsOf(['HEAD', ...branchTips(this.workspace.root)]) : undefined
    const today = this.session.now().toISOString().slice(0, 10)
    const pruned = await this.archive.rewrite(
      ({ event_id: id, bytes }) => (inHead.has(id) || anywhere?.has(id) === false ? undefined : bytes),
      today,
      before,
    )
    return { pruned, days: await this.archive.days() }
  }

  #idsOf(commits: readonly string[]): Set<string> {
    const ids = new Set<string>()
    for (const lines of linesOfCommits(this.workspace.root, this.workspace.eventsDir, commits))
      for (const { event_id } of lines) ids.add(event_id)
    return ids
  }
}
