import { inject, injectable } from 'inversify'
import { Exclusive } from '../../../aspects/exclusive.js'
import { KittyError } from '../../errors/kitty-error.js'
import { IndexHealth } from '../../index/index-health.js'
import { Archive } from '../../log/archive/archive.js'
import { closeLog } from '../../log/archive/close-log.js'
import { Journal } from '../../log/repair/journal.js'
import { EventStore } from '../../store/event-store.js'
import { Session } from '../../workspace/session.js'
import { Workspace } from '../../workspace/workspace.js'
import { shownCommand } from '../../errors/next-step.js'

export interface NewLogResult {
  /** Where the old log is kept: its files, its journal and its archive. */
  readonly kept_in: string
  /** Number of events that stay closed. */
  readonly closed: number
}

/** @throws KittyError UsageError for a reason that says nothing */
export function assertReason(reason: string): void {
  if (reason.trim() !== '') return
  throw new KittyError('UsageError', 'A new log needs a reason.', {
    nextSteps: shownCommand(['kitty', 'init', '--new-log', '--reason', 'copied from our template']),
  })
}

/** Starts a new log in a repository copied from another or from a template. Events stored before do not come back. */
@injectable()
export class NewLog {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(IndexHealth) private readonly health: IndexHealth,
    @inject(Archive) private readonly archive: Archive,
    @inject(Journal) private readonly journal: Journal,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Session) private readonly session: Session,
  ) {}

  /** Closes the current log and keeps it. @throws KittyError UsageError without a reason; NotWritable, DiskFull */
  @Exclusive
  async begin(reason: string): Promise<NewLogResult> {
    assertReason(reason)
    const now = this.session.now().toISOString()
    const ids = await this.#everyId()
    this.journal.close()
    const folder = closeLog(this.workspace, ids, reason, now)
    await this.archive.begin([], now.slice(0, 10))
    return { kept_in: folder, closed: ids.size }
  }

  async #everyId(): Promise<Set<string>> {
    const ids = new Set(this.journal.read().lines.map(({ event_id }) => event_id))
    for await (const ofDay of this.archive.ids()) for (const id of ofDay) ids.add(id)
    const index = await this.health.current()
    for (const { event_id } of await index.locate({})) ids.add(event_id)
    return ids
  }
}
