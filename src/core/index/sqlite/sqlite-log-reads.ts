import type { LogProblemEntity } from '../../../entities/log-problem-entity.js'
import { CLOCK_GAP } from '../../events-lib.js'
import type { LogFile, LogProblem } from '../../log/event-log.js'
import type { Freshness, Watermark } from '../event-index.js'
import type { IndexRow } from '../index-row.js'
import type { JournalMark } from '../journal-mark.js'
import { FreshnessCache } from './freshness-cache.js'
import { parsedRecord, SqliteReader } from './sqlite-reader.js'
import {
  CLOCK_OF_FILE,
  CLOCKS,
  CLOCKS_ABOVE,
  DATA_VERSION,
  FRESHNESS,
  LOG_FILE,
  LOG_FILES,
  PROBLEMS,
  SUSPICIOUS,
  TRUSTED_CLOCK,
} from './sqlite-statements.js'

/** What the index knows about the log's files: how far it has read them, their problems, and their clocks. */
export class SqliteLogReads extends SqliteReader {
  protected readonly seen = new FreshnessCache()

  async freshness(files: readonly LogFile[]): Promise<Freshness> {
    const known = this.seen.of(files)
    if (known !== undefined && (await this.#dataVersion()) === known.version && this.seen.of(files) === known)
      return known.freshness
    const listed = JSON.stringify(files.map(({ name, identity, size }) => [name, identity, size]))
    const remember = this.seen.whatIsSeenNow()
    const row = await this.one<{
      known: number
      read: number
      whole: number
      journal: string | null
      problems: number
      version: number
    }>(FRESHNESS, [listed])
    const freshness = {
      isUpToDate: row.known === files.length && row.read === files.length,
      isWhole: row.whole === files.length,
      // Cast: putJournalMark wrote it, under this schema version.
      journal: row.journal === null ? undefined : (parsedRecord('journal', row.journal) as JournalMark),
      hasProblems: row.problems !== 0,
    }
    remember({ files, version: row.version, freshness })
    return freshness
  }

  /** Changes after every commit of another connection: https://sqlite.org/pragma.html#pragma_data_version. */
  async #dataVersion(): Promise<number> {
    return (await this.one<{ data_version: number }>(DATA_VERSION)).data_version
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

  clocks(): Promise<{ trusted: number; greatest: number }> {
    return this.one(CLOCKS)
  }

  async fileMaximum(file: string, floor: number, most: number): Promise<number> {
    return (await this.one<{ maximum: number }>(CLOCK_OF_FILE, [floor, most, file])).maximum
  }

  async trustedClock(): Promise<number> {
    return (await this.one<{ maximum: number }>(TRUSTED_CLOCK, [CLOCK_GAP])).maximum
  }

  async clocksAbove(floor: number): Promise<number[]> {
    const rows = await this.sql<{ lamport_clock: number }>(CLOCKS_ABOVE, [floor])
    return rows.map((row) => row.lamport_clock)
  }
}
