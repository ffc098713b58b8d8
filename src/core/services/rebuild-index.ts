import { inject, injectable } from 'inversify'
import { setTimeout as sleep } from 'node:timers/promises'
import { IndexUnusable } from '../index/event-index.js'
import { IndexHealth, type RebuildReport } from '../index/index-health.js'
import { rebuildFailure } from '../index/rebuild-failure.js'
import { Workspace } from '../workspace/workspace.js'

/** How often to try a rebuild while other processes are writing, and the pause between attempts in milliseconds. */
const ATTEMPTS = 4
const PAUSE_MS = 200

/** Rebuilds the index from the log on request. */
@injectable()
export class RebuildIndex {
  constructor(
    @inject(IndexHealth) private readonly health: IndexHealth,
    @inject(Workspace) private readonly workspace: Workspace,
  ) {}

  /** @throws KittyError LockTimeout while other processes keep the index in use; NotWritable, DiskFull, DamagedData */
  async rebuild(): Promise<RebuildReport> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.health.rebuild()
      } catch (error) {
        const isBusy = error instanceof IndexUnusable && error.reason === 'busy'
        if (!isBusy || attempt === ATTEMPTS) throw rebuildFailure(error, this.workspace.indexFile)
        await sleep(PAUSE_MS)
      }
    }
  }

  async close(): Promise<void> {
    await this.health.close()
  }
}
