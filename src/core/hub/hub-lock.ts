import { inject, injectable } from 'inversify'
import { LockOf } from '../lock/write-lock.js'

/** No worktree has this name. */
const NAME = 'hub'

/** The lock under which overlay, cursor and what else the hub said change. Shared by all worktrees of a clone. */
@injectable()
export class HubLock {
  constructor(@inject(LockOf) private readonly lockOf: LockOf) {}

  /** @param ms how long to wait for it; undefined: as long as for any lock @throws KittyError LockTimeout, LockUnavailable */
  async hold<T>(work: () => Promise<T>, ms?: number): Promise<T> {
    const lock = this.lockOf(NAME, ms)
    const held = await lock.acquire('read the hub')
    try {
      return await work()
    } finally {
      held.release()
      lock.close()
    }
  }
}
