import type { Socket } from 'node:net'
import type { Client, QueryResultRow } from 'pg'
import { isKittyError } from '../errors/kitty-error.js'
import {
  type Appended,
  type AppendAnswer,
  type Hub,
  HUB_START,
  type HubCursor,
  type HubDay,
  type HubRepo,
  type Lately,
  type LeaseChanges,
  type Outgoing,
  type Received,
  type Renews,
} from './hub.js'
import { hubFailure, type HubPlace, tooOld, unreachable } from './hub-failure.js'
import { within } from './within.js'

/** How often a listener looks without being told to, in milliseconds: a pooler may swallow notifications. */
const LOOK_MS = 5_000
/** How long we wait for a connection to end in order, in milliseconds. */
const CLOSE_MS = 200

/** The hub on PostgreSQL: its functions, called over one connection. */
export class PostgresHub implements Hub {
  /** How often the server gave up waiting for its standby: what it answers then may be lost with it. */
  #unconfirmed = 0
  #until = Infinity

  constructor(
    private readonly client: Client,
    private readonly socket: Socket,
    private readonly repo: string,
    private readonly place: HubPlace,
    readonly timeline: number,
    private readonly functions: readonly number[],
  ) {
    client.on('notice', ({ routine }) => {
      if (routine === 'SyncRepWaitForLSN') this.#unconfirmed += 1
    })
  }

  get server(): string {
    return this.place.server
  }

  allow(ms: number): void {
    this.#until = performance.now() + ms
  }

  async append(
    events: readonly Outgoing[],
    expects: ReadonlyMap<string, number>,
    leases?: LeaseChanges,
  ): Promise<Appended[]> {
    const before = this.#unconfirmed
    const values: unknown[] = [
      this.repo,
      JSON.stringify(Object.fromEntries(expects)),
      events.map(({ event_id }) => event_id),
      events.map(({ stream }) => stream),
      events.map(({ day }) => day),
      events.map(({ line }) => line),
    ]
    const withLeases = leases !== undefined && this.#has(2)
    const answers = await this.#query<{ event_id: string; answer: AppendAnswer }>(
      withLeases
        ? 'SELECT event_id, answer FROM kitty.append_2($1, $2, $3, $4, $5::text[]::date[], $6, $7)'
        : 'SELECT event_id, answer FROM kitty.append_1($1, $2, $3, $4, $5::text[]::date[], $6)',
      withLeases ? [...values, JSON.stringify(leases)] : values,
    )
    if (this.#unconfirmed > before) throw unreachable(`${this.server} could not confirm it with its standby`)
    return answers
  }

  async settle(eventId: string): Promise<'made' | 'void'> {
    const before = this.#unconfirmed
    const [row] = await this.#query<{ state: 'made' | 'void' }>('SELECT kitty.settle_1($1, $2) AS state', [
      this.repo,
      eventId,
    ])
    if (row === undefined || this.#unconfirmed > before)
      throw unreachable(`${this.server} could not confirm it with its standby`)
    return row.state
  }

  async versions(streams: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#query<{ stream: string; version: number }>(
      'SELECT stream, max(version) AS version FROM kitty.event WHERE repo = $1 AND stream = ANY($2) GROUP BY stream',
      [this.repo, streams],
    )
    const known = new Map(rows.map(({ stream, version }) => [stream, version]))
    return new Map(streams.map((stream) => [stream, known.get(stream) ?? 0]))
  }

  async since({ seq, event_id }: HubCursor, count: number): Promise<readonly Received[] | 'reset'> {
    const rows = await this.#query<{ [K in keyof ReceivedRow]: ReceivedRow[K] | null }>(
      'SELECT seq, event_id, stream, role, line FROM kitty.since_1($1, $2, $3, $4)',
      [this.repo, seq, event_id, count],
    )
    if (rows[0]?.seq === null) return 'reset'
    // Cast: only the row that means "reset" has nulls.
    return rows.map((row) => received(row as ReceivedRow))
  }

  async head(): Promise<HubCursor> {
    const [row] = await this.#query<{ seq: string; event_id: string }>(
      'SELECT seq, event_id FROM kitty.event WHERE repo = $1 ORDER BY seq DESC LIMIT 1',
      [this.repo],
    )
    return row === undefined ? HUB_START : { seq: Number(row.seq), event_id: row.event_id }
  }

  async about(): Promise<HubRepo> {
    const [row] = await this.#query<{ seq: string; roots: string[]; may: string }>(
      'SELECT seq, roots, may FROM kitty.repo_1($1)',
      [this.repo],
    )
    if (row === undefined) throw unreachable(`${this.server} says nothing of this repository`)
    return { seq: Number(row.seq), roots: row.roots, may: row.may }
  }

  async setMember(role: string, may: string): Promise<void> {
    await this.#query('SELECT kitty.member_1($1, $2, $3)', [this.repo, role, may])
  }

  async days(): Promise<readonly HubDay[]> {
    const rows = await this.#query<{ day: string; events: string; ids_xor: string }>(
      'SELECT day, events, ids_xor FROM kitty.days_1($1)',
      [this.repo],
    )
    return rows.map(({ day, events, ids_xor }) => ({
      day,
      events: Number(events),
      sum: BigInt.asUintN(64, BigInt(ids_xor)).toString(16).padStart(16, '0'),
    }))
  }

  async idsOf(days: readonly string[]): Promise<readonly string[]> {
    const rows = await this.#query<{ event_id: string }>(
      'SELECT event_id FROM kitty.event WHERE repo = $1 AND day = ANY($2::text[]::date[]) ORDER BY seq',
      [this.repo, days],
    )
    return rows.map(({ event_id }) => event_id)
  }

  async lines(ids: readonly string[]): Promise<readonly Received[]> {
    const rows = await this.#query<ReceivedRow>(
      'SELECT seq, event_id, stream, role, line FROM kitty.event WHERE repo = $1 AND event_id = ANY($2) ORDER BY seq',
      [this.repo, ids],
    )
    return rows.map(received)
  }

  async lately(): Promise<Lately | undefined> {
    if (!this.#has(2)) return undefined
    const [row] = await this.#query<{ lately: Lately }>('SELECT kitty.lately_1($1) AS lately', [this.repo])
    return row?.lately
  }

  async renew({ stream, actor, session }: Renews, clone: string, ms: number): Promise<boolean> {
    if (!this.#has(2)) return false
    const values = [this.repo, stream, actor, session, clone, Math.round(ms)]
    const [row] = await this.#query<{ is: boolean }>(
      'SELECT kitty.renew_1($1, $2, $3, $4, $5, $6) AS is',
      values,
    )
    return row?.is === true
  }

  async hold(name: string, clone: string, ms: number): Promise<boolean> {
    this.#needs(2)
    const values = [this.repo, name, clone, Math.round(ms)]
    const [row] = await this.#query<{ is: boolean }>('SELECT kitty.hold_1($1, $2, $3, $4) AS is', values)
    return row?.is === true
  }

  async redact(eventId: string, why: string, line: Buffer): Promise<void> {
    this.#needs(2)
    await this.#query('SELECT kitty.redact_1($1, $2, $3, $4)', [this.repo, eventId, why, line])
  }

  async before(day: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const rows = await this.#query<{ day: string; ids: string[] }>(
      'SELECT day::text, array_agg(event_id ORDER BY seq) AS ids FROM kitty.event WHERE repo = $1 AND day < $2::text::date GROUP BY day ORDER BY day',
      [this.repo, day],
    )
    return new Map(rows.map((row) => [row.day, row.ids]))
  }

  async trim(day: string, days: ReadonlyMap<string, readonly string[]>): Promise<number> {
    this.#needs(2)
    const values = [this.repo, day, JSON.stringify(Object.fromEntries(days))]
    const [row] = await this.#query<{ removed: string }>(
      'SELECT kitty.trim_1($1, $2::text::date, $3) AS removed',
      values,
    )
    return Number(row?.removed ?? 0)
  }

  async listen(look: () => void, signal: AbortSignal): Promise<void> {
    await this.#query(`LISTEN kitty_${this.repo.toLowerCase()}`, [])
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

  #has(version: number): boolean {
    return this.functions.includes(version)
  }

  /** @throws KittyError HubTooOld */
  #needs(version: number): void {
    if (!this.#has(version)) throw tooOld(this.functions, this.place)
  }

  async #query<Row extends QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
    const work = this.client.query<Row>(text, values)
    try {
      const left = this.#until - performance.now()
      const { rows } = await within(this.socket, left, this.place, work)
      return rows
    } catch (error) {
      throw isKittyError(error) ? error : hubFailure(error, this.place)
    }
  }
}

interface ReceivedRow extends QueryResultRow {
  readonly seq: string
  readonly event_id: string
  readonly stream: string
  readonly role: string
  readonly line: Buffer
}

function received({ seq, ...rest }: ReceivedRow): Received {
  return { ...rest, seq: Number(seq) }
}
