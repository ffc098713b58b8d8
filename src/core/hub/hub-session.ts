import { inject, injectable } from 'inversify'
import type { KittyError } from '../errors/kitty-error.js'
import type { Hub } from './hub.js'
import { HubDoor } from './hub-door.js'
import { HubLock } from './hub-lock.js'
import { LocalEvents } from './local-events.js'
import { type DecidedOn, type Moved, Receive } from './receive.js'

/** All hub calls under one hold of the write lock, in milliseconds. */
const LOCKED_MS = 3_000
/** What a read, or a command that is done, spends on the hub. */
const MOMENT_MS = 300

/** The one connection that a process's calls share, and the time that they may take. */
@injectable()
export class HubSession {
  #hub: Hub | undefined
  #until = 0
  #isCurrent = false
  #decidedOn: DecidedOn | undefined

  constructor(
    @inject(HubDoor) private readonly door: HubDoor,
    @inject(HubLock) private readonly lock: HubLock,
    @inject(Receive) private readonly receive: Receive,
    @inject(LocalEvents) private readonly local: LocalEvents,
  ) {}

  /** Starts the time that all calls under one hold of the write lock share. */
  begin(): void {
    this.#until = performance.now() + LOCKED_MS
    this.#isCurrent = false
  }

  /** What is here now is what the next decision rests on. */
  beginDecision(): void {
    this.#decidedOn = this.receive.decidedOn()
  }

  /** Whether the hub has been read to its end since the write lock was taken. */
  get isCurrent(): boolean {
    return this.#isCurrent
  }

  /** For a read, or a command that is done. @throws KittyError as `HubDoor.open` */
  async moment(): Promise<Hub> {
    return this.#open(MOMENT_MS, true)
  }

  /** For a question that a command cannot do without. @throws KittyError as `HubDoor.open` */
  async question(): Promise<Hub> {
    return this.#open(LOCKED_MS, true)
  }

  /** Under the write lock. @throws KittyError as `HubDoor.open` */
  async locked(): Promise<Hub> {
    return this.#open(this.#left, false)
  }

  /** For a decision. @returns the streams of which there was something that it lacks @throws as `read` */
  async readForDecision(hub: Hub, isMoment = false): Promise<Moved> {
    return this.read(hub, isMoment, this.#decidedOn)
  }

  /** @returns the streams of which there was something new @throws KittyError LockTimeout while another process reads */
  async read(hub: Hub, isMoment: boolean, decidedOn?: DecidedOn): Promise<Moved> {
    const work = async (): Promise<Moved> => {
      const { streams } = await this.receive.toTheEnd(hub, { decidedOn })
      this.#isCurrent = true
      return streams
    }
    return this.lock.hold(work, isMoment ? MOMENT_MS : this.#left)
  }

  /** After a failure under the write lock: a hub that does not answer is left alone for a while. */
  async drop(error: KittyError): Promise<void> {
    this.door.markDown(error)
    await this.close()
  }

  /** After a failure of what waits for a moment only: that keeps the next reads away, but not the next claim. */
  async pause(error: KittyError): Promise<void> {
    this.door.markSlow(error)
    await this.close()
  }

  async close(): Promise<void> {
    const hub = this.#hub
    this.#hub = undefined
    await hub?.close()
  }

  get #left(): number {
    return Math.max(1, this.#until - performance.now())
  }

  async #open(ms: number, isMoment: boolean): Promise<Hub> {
    if (this.#hub === undefined) {
      this.local.warm()
      this.#hub = await this.door.open(ms, isMoment)
    }
    this.#hub.allow(ms)
    return this.#hub
  }
}
