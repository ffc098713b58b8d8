import { inject, injectable } from 'inversify'
import { setTimeout as sleep } from 'node:timers/promises'
import { isKittyError } from '../../errors/kitty-error.js'
import { IndexUnusable } from '../../index/index-unusable.js'
import { IndexHealth, type RebuildReport } from '../../index/index-health.js'
import { rebuildFailure } from '../../index/rebuild-failure.js'
import { removeDatabase } from '../../index/sqlite/unfinished-file.js'
import { FileGuard } from '../../lock/file-guard.js'
import { Workspace } from '../../workspace/workspace.js'

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

  /**
   * Makes sure that no index holds what the log no longer has. Without SQLite there is none to rebuild: removes the file
   * that an installation with SQLite may have left.
   * @throws KittyError as `rebuild`
   */
  async renew(): Promise<void> {
    try {
      await this.rebuild()
    } catch (error) {
      if (!isKittyError(error) || error.kind !== 'MissingDependency') throw error
      const { privateDir, indexFile } = this.workspace
      new FileGuard(privateDir).exclusively(() => {
        removeDatabase(indexFile)
      })
    }
  }

  async close(): Promise<void> {
    await this.health.close()
  }
}
