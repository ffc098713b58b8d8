import { type MergeOptions, type WorkPackageState } from '../../events-lib.js'
import type { LogProblem } from '../../log/event-log.js'
import { crc32 } from '../../log/format/crc32.js'
import { boardRowOf, packRow } from '../board-row.js'
import type { Connection } from './connection.js'
import type { EventIndex, FeatureRow, IndexWriter, Watermark, WorkPackageKey } from '../event-index.js'
import type { IndexRow } from '../index-row.js'
import type { JournalMark } from '../journal-mark.js'
import { SqliteIndexReads } from './sqlite-index-reads.js'
import {
  boardRowValues,
  eventValues,
  featureValues,
  logFileValues,
  logProblemValues,
  workPackageValues,
} from './columns.js'
import {
  INSERT_EVENTS,
  PUT_BOARD_ROWS,
  PUT_FEATURE,
  PUT_LOG_FILE,
  PUT_PROBLEMS,
  PUT_WORK_PACKAGES,
  RELOCATE,
  ENTITIES_OF_FILE,
  FORGET_FILE,
  REMOVE_WORK_PACKAGE,
  REMOVE_FEATURE,
  UNEXPLAINED,
  EXPLAIN,
  PUT_FACT,
} from './sqlite-statements.js'
import type { IndexMark } from './seal.js'
import { settleAll } from '../ingest/settle-all.js'

/**
 * The log survives a power cut; the index only has to stay consistent. SQLite's own checkpoint comes after a commit, and
 * only the next commit of the same process would start the WAL again: commands make one, and the WAL would grow for ever.
 */
const RELAXED = 'PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 0; '
/** In bytes, some twenty commands. Each process that opens the index reads its whole WAL. */
const WAL_LIMIT = 800 * 1024

/**
 * The index in SQLite, in the tables that the entities describe. Uses SQL for what the daily commands ask: building
 * TypeORM's metadata costs a command more than all of its queries. event-repository.ts has the rest.
 */
export class SqliteEventIndex extends SqliteIndexReads implements EventIndex, IndexWriter {
  readonly kind = 'sqlite'
  #writing: Promise<unknown> = Promise.resolve()
  #relaxed = false

  constructor(
    connection: Connection,
    private readonly released: () => void = () => undefined,
    readonly foldRules: MergeOptions = {},
  ) {
    super(connection)
  }

  write<T>(work: (writer: IndexWriter) => Promise<T>): Promise<T> {
    // There is one connection: concurrent transactions in this process would mix their statements.
    const turn = this.#writing.then(() => this.#transaction(work))
    this.#writing = turn.catch(() => undefined)
    return turn
  }

  async #transaction<T>(work: (writer: IndexWriter) => Promise<T>): Promise<T> {
    const ended = this.seen.suspend()
    this.transactions += 1
    try {
      return await this.#committed(work)
    } finally {
      this.transactions -= 1
      ended()
    }
  }

  async #committed<T>(work: (writer: IndexWriter) => Promise<T>): Promise<T> {
    await this.#checkpoint()
    // A deferred transaction that reads before it writes can deadlock with another process.
    await this.connection.run(`${this.#relaxed ? '' : RELAXED}BEGIN IMMEDIATE`)
    this.#relaxed = true
    try {
      const result = await work(this)
      await this.connection.run('COMMIT')
      return result
    } catch (error) {
      // Report the first failure; SQLite has often rolled back by itself.
      await this.connection.run('ROLLBACK').catch(() => undefined)
      throw error
    }
  }

  /** For a file that a crash may leave in any state: SQLite keeps no journal and syncs nothing, in transactions too. */
  async relinquishSafety(): Promise<void> {
    await this.connection.run('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF')
    this.#relaxed = true
  }

  /** Moves a large WAL into the file, so that the next commit starts it again. Waits for no reader. */
  async #checkpoint(): Promise<void> {
    if (this.connection.walBytes() <= WAL_LIMIT) return
    // Refused while a statement of this connection runs: the next transaction tries again.
    await this.connection.run('PRAGMA wal_checkpoint(PASSIVE)').catch(() => undefined)
  }

  async close(): Promise<void> {
    try {
      await this.connection.close()
    } finally {
      this.released()
    }
  }

  async insert(rows: readonly IndexRow[]): Promise<IndexRow[]> {
    if (rows.length === 0) return []
    const values = JSON.stringify(rows.map(eventValues))
    const inserted = await this.connection.change(INSERT_EVENTS, [values])
    return inserted.rows === rows.length ? [] : this.#leftOut(rows)
  }

  async #leftOut(rows: readonly IndexRow[]): Promise<IndexRow[]> {
    const stored = new Map(
      (await this.rows(rows.map((row) => row.event_id))).map((row) => [row.event_id, row]),
    )
    return rows.filter((row) => {
      const kept = stored.get(row.event_id)
      return kept?.file !== row.file || kept.offset !== row.offset
    })
  }

  async relocate(row: IndexRow): Promise<void> {
    await this.sql(RELOCATE, [JSON.stringify([eventValues(row)]), row.event_id])
  }

  async forget(file: string): Promise<{ workPackages: WorkPackageKey[]; features: string[] }> {
    const touched = await this.sql<{ feature_slug: string; entity_type: string; entity_id: string }>(
      ENTITIES_OF_FILE,
      [file],
    )
    const workPackages: WorkPackageKey[] = []
    for (const { feature_slug, entity_type, entity_id } of touched) {
      const owner = entity_type === 'Gate' ? await this.gateOwner(feature_slug, entity_id) : entity_id
      if ((entity_type === 'Gate' || entity_type === 'WorkPackage') && owner !== undefined)
        workPackages.push({ feature_slug, work_package_id: owner })
    }
    for (const statement of FORGET_FILE) await this.sql(statement, [file])
    const features = touched.filter((row) => row.entity_type === 'FeatureSpec').map((row) => row.feature_slug)
    return { workPackages, features }
  }

  async putWatermark(mark: Watermark): Promise<void> {
    await this.sql(PUT_LOG_FILE, [JSON.stringify([logFileValues(mark)])])
  }

  async putJournalMark(mark: JournalMark): Promise<void> {
    await this.#putFact('journal', mark)
  }

  async putProblems(problems: readonly LogProblem[]): Promise<void> {
    if (problems.length === 0) return
    await this.sql(PUT_PROBLEMS, [JSON.stringify(problems.map(logProblemValues))])
  }

  async putWorkPackages(states: readonly WorkPackageState[]): Promise<void> {
    if (states.length === 0) return
    const rows = states.map((state) => {
      const text = JSON.stringify(state)
      const { feature_slug, work_package_id, lane } = state
      const packed = packRow(boardRowOf(state))
      return {
        state: workPackageValues({
          feature_slug,
          work_package_id,
          lane,
          state: text,
          crc: crc32(Buffer.from(text)),
        }),
        board: boardRowValues({ feature_slug, work_package_id, packed, copy: packed }),
      }
    })
    await settleAll([
      this.sql(PUT_WORK_PACKAGES, [JSON.stringify(rows.map(({ state }) => state))]),
      this.sql(PUT_BOARD_ROWS, [JSON.stringify(rows.map(({ board }) => board))]),
    ])
  }

  async removeWorkPackages(keys: readonly WorkPackageKey[]): Promise<void> {
    for (const { feature_slug, work_package_id } of keys)
      for (const statement of REMOVE_WORK_PACKAGE) await this.sql(statement, [feature_slug, work_package_id])
  }

  async putFeature(feature: FeatureRow): Promise<void> {
    const { feature_slug, title } = feature
    const row = { feature_slug, title, state: JSON.stringify(feature) }
    await this.sql(PUT_FEATURE, [JSON.stringify([featureValues(row)])])
  }

  async removeFeature(feature: string): Promise<void> {
    await this.sql(REMOVE_FEATURE, [feature])
  }

  async markExplained(keys: readonly string[]): Promise<string[]> {
    if (keys.length === 0) return []
    const rows = await this.sql<{ key: string }>(UNEXPLAINED, [JSON.stringify(keys)])
    const news = rows.map((row) => row.key)
    await this.sql(EXPLAIN, [JSON.stringify(news)])
    return news
  }

  async putMaximumClock(value: number): Promise<void> {
    await this.#putFact('maximum_clock', value)
  }

  async putMark(mark: IndexMark): Promise<void> {
    await this.#putFact('mark', mark)
  }

  async putFoldFingerprint(value: string): Promise<void> {
    await this.#putFact('fold', value)
  }

  async #putFact(name: string, value: unknown): Promise<void> {
    await this.sql(PUT_FACT, [name, JSON.stringify(value)])
  }
}
