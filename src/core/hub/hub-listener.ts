import { setTimeout as sleep } from 'node:timers/promises'
import { inject, injectable } from 'inversify'
import { isKittyError, KittyError } from '../errors/kitty-error.js'
import { IndexHealth } from '../index/index-health.js'
import type { Hub } from './hub.js'
import { HubDoor } from './hub-door.js'
import { shownAsOf } from './hub-failure.js'
import { HubFiles } from './hub-files.js'
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
    @inject(HubFiles) private readonly files: HubFiles,
    @inject(Receive) private readonly receive: Receive,
    @inject(HubLock) private readonly lock: HubLock,
    @inject(IndexHealth) private readonly health: IndexHealth,
  ) {}

  /**
   * Listens until `signal` is aborted. A hub that cannot be reached is asked again and again.
   * @param tell gets why nothing can be heard, once until that is over, and then undefined. A connection that breaks is
   * no trouble yet: servers end idle ones.
   */
  async listen(signal: AbortSignal, tell: (trouble: KittyError | undefined) => void): Promise<void> {
    let isInTrouble = false
    const changed = (trouble: KittyError | undefined): void => {
      if (signal.aborted || (trouble !== undefined) === isInTrouble) return
      isInTrouble = trouble !== undefined
      tell(trouble)
    }
    while (!signal.aborted) {
      let reads = 0
      const heard = (): void => {
        reads += 1
        changed(undefined)
      }
      try {
        await this.#connection(signal, heard)
      } catch (error) {
        if (!isKittyError(error)) throw error
        // A lock that is held: another process is reading it for us.
        if (reads === 0 && error.kind !== 'LockTimeout') changed(this.#trouble(error))
      }
      await sleep(RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  /** What keeps the hub's events away, with how old those here are. */
  #trouble(cause: KittyError): KittyError {
    const { kind, message, nextSteps, context } = cause
    try {
      const readAt = this.files.state()?.readAt ?? 0
      return new KittyError(kind, `${message} ${shownAsOf(readAt)}.`, { nextSteps, context, cause })
    } catch (error) {
      if (isKittyError(error)) return error
      throw error
    }
  }

  /** @param heard called whenever the hub has been read to its end */
  async #connection(signal: AbortSignal, heard: () => void): Promise<void> {
    const hub = await this.door.open(ANSWER_MS)
    const over = new AbortController()
    const either = AbortSignal.any([signal, over.signal])
    try {
      let looks = Promise.resolve()
      let failure: KittyError | undefined
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
          .then(heard)
          .catch((error: unknown) => {
            if (isKittyError(error)) failure = error
            over.abort()
          })
      }
      const listening = hub.listen(look, either)
      // What came before we listened.
      look()
      await listening
      await looks
      if (failure !== undefined) throw failure
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
