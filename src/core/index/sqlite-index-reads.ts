import type { FactEntity } from '../../entities/fact-entity.js'
import type { FeatureEntity } from '../../entities/feature-entity.js'
import type { LogProblemEntity } from '../../entities/log-problem-entity.js'
import type { WorkPackageEntity } from '../../entities/work-package-entity.js'
import { CLOCK_GAP, type Ordered, type WorkPackageState } from '../events-lib.js'
import type { LogFile, LogProblem } from '../log/event-log.js'
import { crc32 } from '../log/format/crc32.js'
import { type BoardRow, ROW_END, unpackRows } from './board-row.js'
import type { Connection } from './connection.js'
import type {
  IndexReader,
  EventFilter,
  EventPlace,
  FeatureRow,
  IndexRow,
  PackedRows,
  JournalMark,
  Freshness,
  Watermark,
} from './event-index.js'
import { IndexUnusable } from './event-index.js'
import { eventQuery } from './event-query.js'
import { FreshnessCache } from './freshness-cache.js'
import {
  BOARD,
  BOARD_OF_FEATURE,
  FACTS_OF_ORIGIN,
  FEATURE_SLUGS,
  ORIGIN,
  PACKED_ROWS,
  type Place,
  PLACES,
  placesWhere,
  SCHEMA,
  FRESHNESS,
  DATA_VERSION,
  LOG_FILE,
  LOG_FILES,
  EVENTS_BY_ID,
  ABSENT,
  GATE_OWNER,
  WORK_PACKAGE,
  WORK_PACKAGES,
  WORK_PACKAGES_OF_FEATURE,
  FEATURES,
  PROBLEMS,
  SUSPICIOUS,
  CLOCKS,
  CLOCK_OF_FILE,
  TRUSTED_CLOCK,
  CLOCKS_ABOVE,
  FACT,
  countWhere,
  eventsWhere,
} from './sqlite-statements.js'

/** A query on a sound index takes milliseconds; one that runs on would block every process waiting for the lock. */
const STATEMENT_LIMIT_MS = 10_000
/** Number of IDs per statement. */
const ABSENT_BATCH = 5_000

/** The reading half of the index in SQLite: what the daily commands ask, in SQL. */
export class SqliteIndexReads implements IndexReader {
  /** Transactions of this process that have not ended. */
  protected transactions = 0
  protected readonly seen = new FreshnessCache()

  constructor(readonly connection: Connection) {}

  async freshness(files: readonly LogFile[]): Promise<Freshness> {
    const known = this.seen.of(files)
    if (known !== undefined && (await this.#dataVersion()) === known.version && this.seen.of(files) === known)
      return known.freshness
    const listed = JSON.stringify(files.map(({ name, identity, size }) => [name, identity, size]))
    const remember = this.seen.whatIsSeenNow()
    const [row] = await this.sql<{
      known: number
      read: number
      whole: number
      journal: string | null
      problems: number
      version: number
    }>(FRESHNESS, [listed])
    if (row === undefined) throw new IndexUnusable('damaged', 'it did not say how far it had read')
    const freshness = {
      isUpToDate: row.known === files.length && row.read === files.length,
      isWhole: row.whole === files.length,
      // Cast: putJournalMark wrote it, under this schema version.
      journal: row.journal === null ? undefined : (JSON.parse(row.journal) as JournalMark),
      hasProblems: row.problems !== 0,
    }
    remember({ files, version: row.version, freshness })
    return freshness
  }

  /** Changes after every commit of another connection: https://sqlite.org/pragma.html#pragma_data_version. */
  async #dataVersion(): Promise<number | undefined> {
    const [row] = await this.sql<{ data_version: number }>(DATA_VERSION)
    return row?.data_version
  }

  async watermark(file: string): Promise<Watermark | undefined> {
    const [mark] = await this.sql<Watermark>(LOG_FILE, [file])
    return mark
  }

  watermarks(): Promise<Watermark[]> {
    return this.sql<Watermark>(LOG_FILES)
  }

  journalMark(): Promise<JournalMark | undefined> {
    return this.fact('journal') as Promise<JournalMark | undefined>
  }

  locate(filter: EventFilter): Promise<IndexRow[]> {
    const { where, order, parameters, reversed } = eventQuery(filter)
    return this.sql<IndexRow>(eventsWhere(where, order), parameters).then((rows) =>
      reversed ? rows.reverse() : rows,
    )
  }

  async places(filter: EventFilter): Promise<EventPlace[]> {
    const { where, order, parameters, reversed } = eventQuery(filter)
    const [packed] = await this.sql<{ places: string }>(placesWhere(where, order), parameters)
    const places = placesIn(packed?.places)
    return reversed ? places.reverse() : places
  }

  async packedRows({ lamport_clock, event_id }: Ordered, limit: number): Promise<PackedRows> {
    const [packed] = await this.sql<{ text: string; clock: number | null; id: string }>(PACKED_ROWS, [
      lamport_clock,
      event_id,
      limit,
    ])
    if (packed === undefined || packed.clock === null) return { text: '[]', last: undefined }
    return { text: packed.text, last: { lamport_clock: packed.clock, event_id: packed.id } }
  }

  async locateWorkPackage(feature: string, workPackage: string): Promise<EventPlace[]> {
    const [packed] = await this.sql<{ places: string }>(PLACES, [feature, workPackage])
    return placesIn(packed?.places)
  }

  rows(eventIds: readonly string[]): Promise<IndexRow[]> {
    return this.sql<IndexRow>(EVENTS_BY_ID, [JSON.stringify(eventIds)])
  }

  async absent(eventIds: readonly string[]): Promise<string[]> {
    const absent: string[] = []
    // In batches, so that a year's IDs are not one text.
    for (let at = 0; at < eventIds.length; at += ABSENT_BATCH) {
      const rows = await this.sql<{ id: string }>(ABSENT, [
        JSON.stringify(eventIds.slice(at, at + ABSENT_BATCH)),
      ])
      for (const { id } of rows) absent.push(id)
    }
    return absent
  }

  async gateOwner(feature: string, gate: string): Promise<string | undefined> {
    const [row] = await this.sql<{ work_package_id: string | null }>(GATE_OWNER, [feature, gate])
    return row?.work_package_id ?? undefined
  }

  async workPackage(feature: string, workPackage: string): Promise<WorkPackageState | undefined> {
    const [row] = await this.sql<WorkPackageEntity>(WORK_PACKAGE, [feature, workPackage])
    return row && stateOf(row)
  }

  async workPackages(feature?: string): Promise<WorkPackageState[]> {
    const rows = await this.sql<WorkPackageEntity>(
      feature === undefined ? WORK_PACKAGES : WORK_PACKAGES_OF_FEATURE,
      feature === undefined ? [] : [feature],
    )
    return rows.map(stateOf)
  }

  async boardRows(feature?: string): Promise<BoardRow[]> {
    const [all] = await this.sql<{ rows: string | null; whole: number | null }>(
      feature === undefined ? BOARD : BOARD_OF_FEATURE,
      feature === undefined ? [ROW_END] : [ROW_END, feature],
    )
    if (typeof all?.rows !== 'string') return []
    try {
      if (all.whole === 1) return unpackRows(all.rows)
    } catch (error) {
      // Both copies were in a page that is now zeros.
      if (!(error instanceof SyntaxError)) throw error
    }
    throw new IndexUnusable('damaged', 'a row of its board is not what was written')
  }

  async features(): Promise<FeatureRow[]> {
    const rows = await this.sql<FeatureEntity>(FEATURES)
    // Cast: putFeature wrote it, under this schema version.
    return rows.map(({ state }) => JSON.parse(state) as FeatureRow)
  }

  async featureSlugs(): Promise<string[]> {
    return (await this.sql<{ slug: string }>(FEATURE_SLUGS)).map((row) => row.slug)
  }

  async problems(): Promise<LogProblem[]> {
    const rows = await this.sql<LogProblemEntity>(PROBLEMS)
    return rows.map(({ file, line, kind, message }) => ({ file, line, kind, message }))
  }

  async maximumClock(): Promise<number> {
    return ((await this.fact('maximum_clock')) as number | undefined) ?? 0
  }

  suspicious(): Promise<IndexRow[]> {
    return this.sql<IndexRow>(SUSPICIOUS)
  }

  async misfiled(): Promise<IndexRow[]> {
    // Loaded here: TypeORM takes longer to load than most commands run.
    const { misfiledEvents } = await import('./event-repository.js')
    return misfiledEvents(this.connection)
  }

  async count(filter: EventFilter = {}): Promise<number> {
    const { where, parameters } = eventQuery({ ...filter, limit: undefined })
    const [row] = await this.sql<{ n: number }>(countWhere(where), parameters)
    return row?.n ?? 0
  }

  async clocks(): Promise<{ trusted: number; greatest: number }> {
    const [row] = await this.sql<{ trusted: number | null; greatest: number | null }>(CLOCKS)
    return { trusted: row?.trusted ?? 0, greatest: row?.greatest ?? 0 }
  }

  async fileMaximum(file: string): Promise<number> {
    const [row] = await this.sql<{ maximum: number | null }>(CLOCK_OF_FILE, [file.slice(0, 10), file])
    return row?.maximum ?? 0
  }

  async trustedClock(): Promise<number> {
    const [row] = await this.sql<{ maximum: number | null }>(TRUSTED_CLOCK, [CLOCK_GAP])
    return row?.maximum ?? 0
  }

  async clocksAbove(floor: number): Promise<number[]> {
    const rows = await this.sql<{ lamport_clock: number }>(CLOCKS_ABOVE, [floor])
    return rows.map((row) => row.lamport_clock)
  }

  /** What the file claims to be. */
  async origin(): Promise<{ application: number; schema: number }> {
    const [found] = await this.sql<{ application: number; schema: number }>(ORIGIN)
    if (found === undefined) throw new IndexUnusable('damaged', 'it did not say what it is')
    return found
  }

  /** Every table, key, view and trigger of the file except plugins' tables, for comparison. */
  async schema(): Promise<string> {
    const [row] = await this.sql<{ items: string | null }>(SCHEMA)
    return row?.items ?? ''
  }

  /**
   * The rules it was built for, and its half of the seal. Call this only after checking that the schema is kitty's.
   */
  async build(): Promise<{ fold: unknown; mark: unknown }> {
    this.connection.foresee(FRESHNESS)
    const [row] = await this.sql<{ fold: string | null; mark: string | null }>(FACTS_OF_ORIGIN)
    const parsed = (name: string, value: string | null | undefined): unknown =>
      value === null || value === undefined ? undefined : parsedFact(name, value)
    return { fold: parsed('fold', row?.fold), mark: parsed('mark', row?.mark) }
  }

  /** @throws IndexUnusable when SQLite reports anything other than success */
  async sql<Row>(statement: string, parameters: readonly (string | number | null)[] = []): Promise<Row[]> {
    if (this.transactions > 0) return this.connection.all<Row>(statement, parameters)
    const timer = setTimeout(() => {
      if (this.transactions === 0) this.connection.interrupt()
    }, STATEMENT_LIMIT_MS)
    try {
      return await this.connection.all<Row>(statement, parameters)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Returns what `putFact` wrote, under this schema version: callers know the shape from the name. */
  protected async fact(name: string): Promise<unknown> {
    const [row] = await this.sql<FactEntity>(FACT, [name])
    return row === undefined ? undefined : parsedFact(name, row.value)
  }
}

function parsedFact(name: string, value: string): unknown {
  try {
    return JSON.parse(value)
  } catch (error) {
    throw new IndexUnusable('damaged', `its record of ${name} is not what was written`, { cause: error })
  }
}

function stateOf(row: WorkPackageEntity): WorkPackageState {
  if (crc32(Buffer.from(row.state)) !== row.crc)
    throw new IndexUnusable(
      'damaged',
      `the row of ${row.feature_slug} ${row.work_package_id} does not match its checksum`,
    )
  // Cast: the checksum proves that these are the bytes putWorkPackages wrote.
  return JSON.parse(row.state) as WorkPackageState
}

function placesIn(packed = '[]'): EventPlace[] {
  // Cast: the statements build this JSON.
  const places = JSON.parse(packed) as Place[]
  return places.map(([event_id, lamport_clock, file, line, offset, length]) => ({
    event_id,
    lamport_clock,
    file,
    line,
    offset,
    length,
  }))
}
