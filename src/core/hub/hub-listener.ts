import { setTimeout as sleep } from 'node:timers/promises'
import { inject, injectable } from 'inversify'
import { isKittyError } from '../errors/kitty-error.js'
import { IndexHealth } from '../index/index-health.js'
import type { Hub } from './hub.js'
import { HubDoor } from './hub-door.js'
import { HubLock } from './hub-lock.js'
import { Receive } from './receive.js'

/** For connecting and for each look, in milliseconds: then the connection counts as lost. */
const ANSWER_MS = 5_000
/** Before another attempt to connect, in milliseconds. */
const RETRY_MS = 5_000

/**
 * Keeps what the hub has brought fresh while a process follows the log: a notification says "look", and the files change.
 * Needs a container of its own, since it opens and closes the index.
 */
@injectable()
export class HubListener {
  constructor(
    @inject(HubDoor) private readonly door: HubDoor,
    @inject(Receive) private readonly receive: Receive,
    @inject(HubLock) private readonly lock: HubLock,
    @inject(IndexHealth) private readonly health: IndexHealth,
  ) {}

  /** Listens until `signal` is aborted. A hub that cannot be reached is asked again and again, without a word. */
  async listen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#connection(signal)
      } catch (error) {
        if (!isKittyError(error)) throw error
      }
      await sleep(RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  async #connection(signal: AbortSignal): Promise<void> {
    const hub = await this.door.open(ANSWER_MS)
    const over = new AbortController()
    const either = AbortSignal.any([signal, over.signal])
    try {
      let looks = Promise.resolve()
      let isWaiting = false
      const look = (): void => {
        // One look sees everything that was said before it began.
        if (isWaiting) return
        isWaiting = true
        looks = looks
          .then(() => {
            isWaiting = false
            return this.#read(hub)
          })
          .catch(() => over.abort())
      }
      const listening = hub.listen(look, either)
      // What came before we listened.
      look()
      await listening
      await looks
    } finally {
      await hub.close()
    }
  }

  async #read(hub: Hub): Promise<void> {
    try {
      await this.lock.hold(async () => {
        hub.allow(ANSWER_MS)
        await this.receive.toTheEnd(hub)
      }, ANSWER_MS)
    } finally {
      await this.health.close()
    }
  }
}
