import type { QueryResultRow } from 'pg'
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
import type { HubConnection } from './hub-connection.js'
import { tooOld, unreachable } from './hub-failure.js'

/** The hub on PostgreSQL: its functions, called over one connection. */
export class PostgresHub implements Hub {
  constructor(
    private readonly connection: HubConnection,
    private readonly repo: string,
    readonly timeline: number,
    private readonly functions: readonly number[],
  ) {}

  get server(): string {
    return this.connection.place.server
  }

  allow(ms: number): void {
    this.connection.allow(ms)
  }

  async append(
    events: readonly Outgoing[],
    expects: ReadonlyMap<string, number>,
    leases?: LeaseChanges,
  ): Promise<Appended[]> {
    const values: unknown[] = [
      this.repo,
      JSON.stringify(Object.fromEntries(expects)),
      events.map(({ event_id }) => event_id),
      events.map(({ stream }) => stream),
      events.map(({ day }) => day),
      events.map(({ line }) => line),
    ]
    const withLeases = leases !== undefined && this.#has(2)
    return this.connection.confirmed<{ event_id: string; answer: AppendAnswer }>(
      withLeases
        ? 'SELECT event_id, answer FROM kitty.append_2($1, $2, $3, $4, $5::text[]::date[], $6, $7)'
        : 'SELECT event_id, answer FROM kitty.append_1($1, $2, $3, $4, $5::text[]::date[], $6)',
      withLeases ? [...values, JSON.stringify(leases)] : values,
    )
  }

  async settle(eventId: string): Promise<'made' | 'void'> {
    const [row] = await this.connection.confirmed<{ state: 'made' | 'void' }>(
      'SELECT kitty.settle_1($1, $2) AS state',
      [this.repo, eventId],
    )
    if (row === undefined) throw this.connection.notConfirmed()
    return row.state
  }

  async versions(streams: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.connection.query<{ stream: string; version: number }>(
      'SELECT stream, max(version) AS version FROM kitty.event WHERE repo = $1 AND stream = ANY($2) GROUP BY stream',
      [this.repo, streams],
    )
    const known = new Map(rows.map(({ stream, version }) => [stream, version]))
    return new Map(streams.map((stream) => [stream, known.get(stream) ?? 0]))
  }

  async since({ seq, event_id }: HubCursor, count: number): Promise<readonly Received[] | 'reset'> {
    const rows = await this.connection.query<{ [K in keyof ReceivedRow]: ReceivedRow[K] | null }>(
      'SELECT seq, event_id, stream, role, line FROM kitty.since_1($1, $2, $3, $4)',
      [this.repo, seq, event_id, count],
    )
    if (rows[0]?.seq === null) return 'reset'
    // Cast: only the row that means "reset" has nulls.
    return rows.map((row) => received(row as ReceivedRow))
  }

  async head(): Promise<HubCursor> {
    const [row] = await this.connection.query<{ seq: string; event_id: string }>(
      'SELECT seq, event_id FROM kitty.event WHERE repo = $1 ORDER BY seq DESC LIMIT 1',
      [this.repo],
    )
    return row === undefined ? HUB_START : { seq: Number(row.seq), event_id: row.event_id }
  }

  async about(): Promise<HubRepo> {
    const [row] = await this.connection.query<{ seq: string; roots: string[]; may: string }>(
      'SELECT seq, roots, may FROM kitty.repo_1($1)',
      [this.repo],
    )
    if (row === undefined) throw unreachable(`${this.server} says nothing of this repository`)
    return { seq: Number(row.seq), roots: row.roots, may: row.may }
  }

  async setMember(role: string, may: string): Promise<void> {
    await this.connection.query('SELECT kitty.member_1($1, $2, $3)', [this.repo, role, may])
  }

  async days(): Promise<readonly HubDay[]> {
    const rows = await this.connection.query<{ day: string; events: string; ids_xor: string }>(
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
    const rows = await this.connection.query<{ event_id: string }>(
      'SELECT event_id FROM kitty.event WHERE repo = $1 AND day = ANY($2::text[]::date[]) ORDER BY seq',
      [this.repo, days],
    )
    return rows.map(({ event_id }) => event_id)
  }

  async lines(ids: readonly string[]): Promise<readonly Received[]> {
    const rows = await this.connection.query<ReceivedRow>(
      'SELECT seq, event_id, stream, role, line FROM kitty.event WHERE repo = $1 AND event_id = ANY($2) ORDER BY seq',
      [this.repo, ids],
    )
    return rows.map(received)
  }

  async lately(): Promise<Lately | undefined> {
    if (!this.#has(2)) return undefined
    const [row] = await this.connection.query<{ lately: Lately }>('SELECT kitty.lately_1($1) AS lately', [
      this.repo,
    ])
    return row?.lately
  }

  async renew({ stream, actor, session }: Renews, clone: string, ms: number): Promise<boolean> {
    if (!this.#has(2)) return false
    const values = [this.repo, stream, actor, session, clone, Math.round(ms)]
    const [row] = await this.connection.query<{ is: boolean }>(
      'SELECT kitty.renew_1($1, $2, $3, $4, $5, $6) AS is',
      values,
    )
    return row?.is === true
  }

  async hold(name: string, clone: string, ms: number): Promise<boolean> {
    this.#needs(2)
    const values = [this.repo, name, clone, Math.round(ms)]
    const [row] = await this.connection.query<{ is: boolean }>(
      'SELECT kitty.hold_1($1, $2, $3, $4) AS is',
      values,
    )
    return row?.is === true
  }

  async redact(eventId: string, why: string, line: Buffer): Promise<void> {
    this.#needs(2)
    await this.connection.query('SELECT kitty.redact_1($1, $2, $3, $4)', [this.repo, eventId, why, line])
  }

  async before(day: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const rows = await this.connection.query<{ day: string; ids: string[] }>(
      'SELECT day::text, array_agg(event_id ORDER BY seq) AS ids FROM kitty.event WHERE repo = $1 AND day < $2::text::date GROUP BY day ORDER BY day',
      [this.repo, day],
    )
    return new Map(rows.map((row) => [row.day, row.ids]))
  }

  async trim(day: string, days: ReadonlyMap<string, readonly string[]>): Promise<number> {
    this.#needs(2)
    const values = [this.repo, day, JSON.stringify(Object.fromEntries(days))]
    const [row] = await this.connection.query<{ removed: string }>(
      'SELECT kitty.trim_1($1, $2::text::date, $3) AS removed',
      values,
    )
    return Number(row?.removed ?? 0)
  }

  listen(look: () => void, signal: AbortSignal): Promise<void> {
    return this.connection.listen(`kitty_${this.repo.toLowerCase()}`, look, signal)
  }

  close(): Promise<void> {
    return this.connection.close()
  }

  #has(version: number): boolean {
    return this.functions.includes(version)
  }

  /** @throws KittyError HubTooOld */
  #needs(version: number): void {
    if (!this.#has(version)) throw tooOld(this.functions, this.connection.place)
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
