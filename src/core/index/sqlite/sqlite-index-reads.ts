import type { FeatureEntity } from '../../../entities/feature-entity.js'
import type { WorkPackageEntity } from '../../../entities/work-package-entity.js'
import type { WorkPackageState } from '../../events-lib.js'
import { crc32 } from '../../log/format/crc32.js'
import { type BoardRow, ROW_END, unpackRows } from '../board-row.js'
import type { EventFilter, FeatureRow, IndexReader } from '../event-index.js'
import type { EventPlace, IndexRow } from '../index-row.js'
import { IndexUnusable } from '../index-unusable.js'
import { eventQuery } from '../event-query.js'
import { hasStoredRows, sameRows } from '../same-rows.js'
import { SqliteLogReads } from './sqlite-log-reads.js'
import { parsedRecord } from './sqlite-reader.js'
import {
  ABSENT,
  BOARD,
  BOARD_OF_FEATURE,
  countWhere,
  EVENTS_BY_ID,
  eventsWhere,
  FEATURE_SLUGS,
  FEATURES,
  GATE_OWNER,
  type Place,
  PLACES,
  placesWhere,
  WORK_PACKAGE,
  WORK_PACKAGES,
  WORK_PACKAGES_OF_FEATURE,
} from './sqlite-statements.js'

/** Number of IDs per statement. */
const ABSENT_BATCH = 5_000

/** The reading half of the index in SQLite: events, packages and features, in SQL. */
export class SqliteIndexReads extends SqliteLogReads implements IndexReader {
  locate(filter: EventFilter): Promise<IndexRow[]> {
    const { where, order, parameters, reversed } = eventQuery(filter)
    return this.sql<IndexRow>(eventsWhere(where, order), parameters).then((rows) =>
      reversed ? rows.reverse() : rows,
    )
  }

  async places(filter: EventFilter): Promise<EventPlace[]> {
    const { where, order, parameters, reversed } = eventQuery(filter)
    const packed = await this.one<{ places: string }>(placesWhere(where, order), parameters)
    const places = placesIn(packed.places)
    return reversed ? places.reverse() : places
  }

  hasRowsOf(other: IndexReader): Promise<boolean> {
    return other instanceof SqliteIndexReads ? hasStoredRows(this, other.path) : sameRows(this, other)
  }

  async locateWorkPackage(feature: string, workPackage: string): Promise<EventPlace[]> {
    return placesIn((await this.one<{ places: string }>(PLACES, [feature, workPackage])).places)
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
    const all = await this.one<{ rows: string | null; whole: number | null }>(
      feature === undefined ? BOARD : BOARD_OF_FEATURE,
      feature === undefined ? [ROW_END] : [ROW_END, feature],
    )
    if (all.rows === null) return []
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
    return rows.map(({ feature_slug, state }) => parsedRecord(feature_slug, state) as FeatureRow)
  }

  async featureSlugs(): Promise<string[]> {
    return (await this.sql<{ slug: string }>(FEATURE_SLUGS)).map((row) => row.slug)
  }

  async count(filter: EventFilter = {}): Promise<number> {
    const { where, parameters } = eventQuery({ ...filter, limit: undefined })
    return (await this.one<{ n: number }>(countWhere(where), parameters)).n
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

function placesIn(packed: string): EventPlace[] {
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
