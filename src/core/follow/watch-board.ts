import { setTimeout as sleep } from 'node:timers/promises'
import { inject, injectable } from 'inversify'
import { BOARD_MS, LogChanges } from './log-changes.js'
import { Notices } from '../errors/notices.js'
import type { StatusDocument } from '../projections/board-document.js'
import { Status } from '../services/board/status.js'
import { EventStore } from '../store/event-store.js'
import { EventLog } from '../log/event-log.js'
import { Workshop } from '../web/workshop.js'
import { Workspace } from '../workspace/workspace.js'

/** Minimum time between two boards, in milliseconds: no one reads faster, and a busy log would be read nonstop. */
const REST_MS = 100

export interface LiveBoard {
  readonly board: StatusDocument
  /** Why the board may not be the current one: it could not be read, or the hub could not. */
  readonly failure?: unknown
}

/** Yields the board whenever it changes. Keeps no index open in between. */
@injectable()
export class WatchBoard {
  constructor(
    @inject(Workshop) private readonly workshop: Workshop,
    @inject(EventStore) private readonly store: EventStore,
    @inject(EventLog) private readonly log: EventLog,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /**
   * @param feature One feature's board, or everything in the log.
   * @throws what keeps the first board from being read; later ones are tried again soon
   */
  async *boards(feature: string | undefined, signal: AbortSignal): AsyncGenerator<LiveBoard> {
    // The command's own index: while it is open, no process can replace it if it is damaged.
    await this.store.close()
    const changes = new LogChanges(this.log, this.workspace.eventsDir, BOARD_MS)
    let last: LiveBoard | undefined
    let shown = ''
    try {
      do {
        const { board, failure } = await this.#look(feature, last?.board)
        if (failure !== undefined) changes.retry()
        last = { board, failure: failure ?? changes.trouble }
        const text = JSON.stringify([last.board, String(last.failure)])
        if (text !== shown) yield last
        shown = text
        await sleep(REST_MS, undefined, { signal }).catch(() => undefined)
      } while (await changes.next(signal))
    } finally {
      changes.close()
    }
  }

  /** @param last shown while the next one cannot be read */
  async #look(feature: string | undefined, last: StatusDocument | undefined): Promise<LiveBoard> {
    try {
      return { board: await this.#read(feature) }
    } catch (failure) {
      if (last === undefined) throw failure
      return { board: last, failure }
    }
  }

  /** Reads as a command of its own would: settings change while someone watches, with a branch for example. */
  #read(feature: string | undefined): Promise<StatusDocument> {
    return this.workshop.run(
      'status --watch',
      async (services) => (await services.resolve(Status)).board(feature),
      this.notices,
    )
  }
}
