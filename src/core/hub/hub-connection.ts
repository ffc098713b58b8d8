import type { Socket } from 'node:net'
import type { Client, QueryResultRow } from 'pg'
import { isKittyError, type KittyError } from '../errors/kitty-error.js'
import { ANSWER_MS } from './hub-address.js'
import { hubFailure, type HubPlace, unreachable } from './hub-failure.js'

/** How often a listener looks without being told to, in milliseconds: a pooler may swallow notifications. */
const LOOK_MS = 5_000
/** How long we wait for a connection to end in order, in milliseconds. */
const CLOSE_MS = 200

/** One connection to the server: its time limit, its failures, and whether its standby has what it answers. */
export class HubConnection {
  /** How often the server gave up waiting for its standby: what it answers then may be lost with it. */
  #unconfirmed = 0
  #until = Infinity

  constructor(
    private readonly client: Client,
    private readonly socket: Socket,
    readonly place: HubPlace,
  ) {
    // An error outside of a query ends the connection: the next query fails with it.
    client.on('error', () => undefined)
    client.on('notice', ({ routine }) => {
      if (routine === 'SyncRepWaitForLSN') this.#unconfirmed += 1
    })
  }

  /** Bounds everything from now on, in milliseconds; with Infinity, each call has `ANSWER_MS`. */
  allow(ms: number): void {
    this.#until = performance.now() + ms
  }

  /** @throws KittyError HubUnreachable, HubDenied */
  async connect(): Promise<void> {
    await this.#inTime(this.client.connect())
  }

  /** @throws KittyError HubUnreachable, HubDenied, HubTooOld */
  async query<Row extends QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
    const { rows } = await this.#inTime(this.client.query<Row>(text, values))
    return rows
  }

  /**
   * A query whose answer outlives the loss of the server.
   * @throws KittyError as `query`; HubUnreachable also when the standby did not confirm
   */
  async confirmed<Row extends QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
    const before = this.#unconfirmed
    const rows = await this.query<Row>(text, values)
    if (this.#unconfirmed > before) throw this.notConfirmed()
    return rows
  }

  notConfirmed(): KittyError {
    return unreachable(`${this.place.server} could not confirm it with its standby`)
  }

  /** Calls `look` when the server notifies of the channel, and now and then; ends with the connection or the signal. */
  async listen(channel: string, look: () => void, signal: AbortSignal): Promise<void> {
    await this.query(`LISTEN ${channel}`, [])
    this.client.on('notification', look)
    const timer = setInterval(look, LOOK_MS)
    try {
      await new Promise<void>((resolve) => {
        this.client.once('end', resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
        if (signal.aborted) resolve()
      })
    } finally {
      clearInterval(timer)
      this.client.off('notification', look)
    }
  }

  async close(): Promise<void> {
    const end = this.client.end().catch(() => undefined)
    // A server that hangs never says goodbye.
    await Promise.race([end, new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())])
    this.socket.destroy()
  }

  /** Ends the connection when the time is up: a late answer must reach no one. */
  async #inTime<T>(work: Promise<T>): Promise<T> {
    const ms = this.#until === Infinity ? ANSWER_MS : this.#until - performance.now()
    let timer: NodeJS.Timeout | undefined
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => {
            this.socket.destroy()
            reject(unreachable(`${this.place.server} did not answer in time`))
          },
          Math.max(1, ms),
        )
      })
      // Ending the connection fails the query, too, which no one awaits any more.
      work.catch(() => undefined)
      return await Promise.race([work, late])
    } catch (error) {
      throw isKittyError(error) ? error : hubFailure(error, this.place)
    } finally {
      clearTimeout(timer)
    }
  }
}
