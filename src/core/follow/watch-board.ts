import { setTimeout as sleep } from 'node:timers/promises'
import { inject, injectable } from 'inversify'
import { BOARD_MS, LogChanges } from './log-changes.js'
import type { StatusDocument } from '../projections/board-document.js'
import { Status } from '../services/board/status.js'
import { EventStore } from '../store/event-store.js'
import { EventLog } from '../log/event-log.js'
import { Workspace } from '../workspace/workspace.js'

/** Minimum time between two boards, in milliseconds: no one reads faster, and a busy log would be read nonstop. */
const REST_MS = 100

/** Yields the board whenever it changes. Takes no lock, and closes the index in between. */
@injectable()
export class WatchBoard {
  constructor(
    @inject(Status) private readonly status: Status,
    @inject(EventStore) private readonly store: EventStore,
    @inject(EventLog) private readonly log: EventLog,
    @inject(Workspace) private readonly workspace: Workspace,
  ) {}

  /** @param feature One feature's board, or everything in the log. */
  async *boards(feature: string | undefined, signal: AbortSignal): AsyncGenerator<StatusDocument> {
    const changes = new LogChanges(this.log, this.workspace.eventsDir, BOARD_MS)
    let shown = ''
    try {
      do {
        const board = await this.status.board(feature)
        await this.store.close()
        const text = JSON.stringify(board)
        if (text !== shown) yield board
        shown = text
        await sleep(REST_MS, undefined, { signal }).catch(() => undefined)
      } while (await changes.next(signal))
    } finally {
      changes.close()
    }
  }
}
