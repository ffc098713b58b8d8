import { createHash } from 'node:crypto'
import { inject, injectable } from 'inversify'
import type { LogEvent, WorkPackageState } from '../events-lib.js'
import { RebuildOnCorruption } from '../../aspects/rebuild-on-corruption.js'
import { catchUp } from '../index/ingest/catch-up.js'
import type { EventIndex } from '../index/event-index.js'
import type { IndexRow } from '../index/index-row.js'
import { IndexHealth } from '../index/index-health.js'
import { Archive } from '../log/archive/archive.js'
import { rawLine } from '../log/archive/raw-line.js'
import { EventLog, type RawLine, SCAN_START } from '../log/event-log.js'
import { isOverlayFile } from '../log/format/day-file.js'
import { Journal } from '../log/repair/journal.js'
import { Recovery } from '../store/recovery.js'
import type { HubDay } from './hub.js'
import { Trunk } from './trunk.js'
import { groupBy } from '../log/group-by.js'

/** What this clone has: its log, and what the hub has brought. */
@injectable()
export class LocalEvents {
  /** What only the hub has brought, for a state of the folders: a board asks once per feature. */
  #only: { readonly state: string; readonly events: readonly LogEvent[] } | undefined

  constructor(
    @inject(EventLog) private readonly log: EventLog,
    @inject(IndexHealth) readonly health: IndexHealth,
    @inject(Recovery) private readonly recovery: Recovery,
    @inject(Journal) private readonly journal: Journal,
    @inject(Archive) private readonly archive: Archive,
    @inject(Trunk) private readonly trunk: Trunk,
  ) {}

  /** Starts to open the index, for a caller that waits for the network first. A failure shows with the first query. */
  warm(): void {
    this.health.current().catch(() => undefined)
  }

  /** Differs after every change of the log or the overlay. */
  state(): string {
    return this.log
      .list()
      .map(({ name, identity }) => `${name} ${identity}`)
      .join(' ')
  }

  /** Those of the IDs that are neither in the log nor in the overlay. */
  async absent(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(await (await this.index()).absent(ids))
  }

  /** The lines with these IDs, newline included, in the total order; without one that git has just put elsewhere. */
  async lines(ids: readonly string[], only: (row: IndexRow) => boolean = () => true): Promise<LocalLine[]> {
    const rows = (await (await this.index()).rows(ids)).filter(only).sort(inOrder)
    return rows.flatMap((row) => {
      const text = this.log.readLine(row)
      if (text === undefined) return []
      const { event_id, timestamp } = row
      const bytes = Buffer.from(`${text}\n`, 'latin1')
      // The place is the one of a moment ago: another event's line must not go out under this ID.
      return rawLine(bytes)?.event_id === event_id ? [{ row, event_id, timestamp, bytes }] : []
    })
  }

  /** Whether the log itself has all of them. */
  async hasInLog(ids: readonly string[]): Promise<boolean> {
    const rows = await (await this.index()).rows(ids)
    return rows.filter(({ file }) => !isOverlayFile(file)).length === ids.length
  }

  /** The IDs of every line of the overlay. */
  inOverlay(): string[] {
    return this.#overlaid().map(({ event_id }) => event_id)
  }

  #overlaid(): LogEvent[] {
    return this.log
      .list()
      .filter(({ name }) => isOverlayFile(name))
      .flatMap(({ name }) => [...this.log.scan(name, SCAN_START)].flat())
      .flatMap(({ event }) => event ?? [])
  }

  /** The events that the hub has brought and the log itself lacks. */
  async onlyFromHub(): Promise<readonly LogEvent[]> {
    const state = this.log.folderState()
    if (this.#only?.state !== state) this.#only = { state, events: await this.#onlyFromHub() }
    return this.#only.events
  }

  async #onlyFromHub(): Promise<readonly LogEvent[]> {
    const events = this.#overlaid()
    if (events.length === 0) return []
    const rows = await (await this.index()).rows(events.map(({ event_id }) => event_id))
    const ids = new Set(rows.filter(({ file }) => isOverlayFile(file)).map(({ event_id }) => event_id))
    return events.filter(({ event_id }) => ids.delete(event_id))
  }

  /** Stores lines as events that this clone has acknowledged, unless the log itself has them. Needs the write lock. */
  async adopt(lines: readonly RawLine[]): Promise<void> {
    const index = await this.index()
    const rows = await index.rows(lines.map(({ event_id }) => event_id))
    const inLog = new Set(rows.filter(({ file }) => !isOverlayFile(file)).map(({ event_id }) => event_id))
    const missing = lines.filter(({ event_id }) => !inLog.has(event_id))
    if (missing.length === 0) return
    await this.recovery.adopt(missing)
    await this.index()
  }

  async gateOwner(feature: string, gate: string): Promise<string | undefined> {
    return (await this.index()).gateOwner(feature, gate)
  }

  async dependencies(feature: string, workPackage: string): Promise<readonly string[]> {
    return (await this.workPackage(feature, workPackage))?.dependencies ?? []
  }

  async workPackage(feature: string, workPackage: string): Promise<WorkPackageState | undefined> {
    return (await this.index()).workPackage(feature, workPackage)
  }

  /** Per day: the IDs, and what `Hub.days` says of as many. */
  async days(): Promise<Map<string, { readonly ids: readonly string[]; readonly day: HubDay }>> {
    const byDay = groupBy(await (await this.index()).locate({}), ({ date }) => date)
    return new Map(
      [...byDay].map(([day, rows]) => {
        const ids = rows.map(({ event_id }) => event_id)
        return [day, { ids, day: { day, events: ids.length, sum: sumOf(ids) } }]
      }),
    )
  }

  /** What this clone may offer: what it wrote itself, what the trunk has, and what the hub gave it before. */
  async own(): Promise<ReadonlySet<string>> {
    const ids = new Set(this.journal.read().lines.map(({ event_id }) => event_id))
    for await (const ofDay of this.archive.exists() ? this.archive.ids() : [])
      for (const id of ofDay) ids.add(id)
    for (const id of this.trunk.ids() ?? []) ids.add(id)
    for (const { event_id, file } of await (await this.index()).locate({}))
      if (isOverlayFile(file)) ids.add(event_id)
    return ids
  }

  @RebuildOnCorruption
  protected async index(): Promise<EventIndex> {
    const index = await this.health.current()
    this.recovery.explain(await catchUp(this.log, index), index)
    return index
  }
}

export interface LocalLine extends RawLine {
  readonly row: IndexRow
}

function inOrder(a: IndexRow, b: IndexRow): number {
  return a.lamport_clock - b.lamport_clock || (a.event_id < b.event_id ? -1 : 1)
}

function sumOf(ids: readonly string[]): string {
  let sum = 0n
  for (const id of ids) sum ^= createHash('md5').update(id).digest().readBigUInt64BE()
  return sum.toString(16).padStart(16, '0')
}
