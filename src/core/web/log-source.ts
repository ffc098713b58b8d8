import { inject, injectable } from 'inversify'
import { BOARD_MS, LogChanges } from '../follow/log-changes.js'
import { currentBranch } from '../git/branch.js'
import { EventLog } from '../log/event-log.js'
import { Status } from '../services/board/status.js'
import { EventStore } from '../store/event-store.js'
import type { Resolver } from '../token.js'
import { Workflow } from '../workspace/config.js'
import { Workspace } from '../workspace/workspace.js'
import { Notices } from '../errors/notices.js'
import type { Changes, FeedSource, Look } from './board-feed.js'
import { Workshop } from './workshop.js'

/** Reads this repository's board for the feed, in the same way as `status`. */
@injectable()
export class LogSource implements FeedSource {
  constructor(
    @inject(Workshop) private readonly workshop: Workshop,
    @inject(EventLog) private readonly log: EventLog,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  look(): Promise<Look> {
    return this.workshop.run('web stream', (services) => this.#look(services), this.notices)
  }

  async #look(services: Resolver): Promise<Look> {
    const board = await (await services.resolve(Status)).board()
    const positions = await (await services.resolve(EventStore)).positions()
    const sizes = new Map(positions.map(({ file, offset }) => [file, offset]))
    const workflow = JSON.stringify(await services.resolve(Workflow))
    return { board, sizes, workflow, head: currentBranch(this.workspace.logGitDir) ?? '' }
  }

  changes(): Changes {
    return new LogChanges(this.log, this.workspace.eventsDir, BOARD_MS)
  }

  failed(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    this.notices.warn(`The board could not be read, and stays as it was until it can be: ${message}`)
  }
}
