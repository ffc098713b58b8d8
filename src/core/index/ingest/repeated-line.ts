import { lineThatCounts } from '../../events-lib.js'
import type { EventLog, LogProblem } from '../../log/event-log.js'
import { fileRank } from '../../log/format/day-file.js'
import type { IndexWriter } from '../event-index.js'
import type { IndexRow } from '../index-row.js'

/** Kinds of problems that say the log has an event more than once. */
export const REPEATS: ReadonlySet<string> = new Set(['duplicate', 'duplicate_elsewhere', 'same_id', 'on_hub'])

interface Ingesting {
  readonly log: EventLog
  readonly writer: IndexWriter
  /** Folds the package of this row again, from its whole history. */
  readonly refoldOwner: (row: IndexRow) => Promise<void>
}

/**
 * Handles a second line with a known ID. A merge leaves behind lines with the same bytes. Different bytes mean that
 * one ID names two events: the redacted line counts, otherwise the one that sorts first by its bytes, regardless of
 * which was read first.
 */
export async function repeatedLine(
  row: IndexRow,
  { log, writer, refoldOwner }: Ingesting,
): Promise<LogProblem> {
  const [kept] = await writer.rows([row.event_id])
  const place = { file: row.file, line: row.line }
  if (kept === undefined)
    return { ...place, kind: 'duplicate', message: `event ${row.event_id} stands twice` }
  const [ours, theirs] = [log.readLine(kept), log.readLine(row)]
  const where = `${kept.file}:${kept.line}`
  const [rank, other] = [fileRank(kept.file), fileRank(row.file)]
  if (ours === theirs && rank !== other) {
    // Git has brought what the hub brought before, or the other way round. The log's own line has the row.
    if (other < rank) await writer.relocate(row)
    return { ...place, kind: 'on_hub', message: `event ${row.event_id} is also in ${where}; counted once` }
  }
  if (theirs === undefined) return repetition(kept, row)
  // By their places, so that an index says the same in whatever order git and other programs brought the files.
  const [first, second] = isBefore(row, kept) ? [row, kept] : [kept, row]
  if (ours === theirs) {
    if (first === row) await writer.relocate(row)
    return repetition(first, second)
  }
  const thisCounts = ours === undefined || lineThatCounts(ours, theirs) === theirs
  if (thisCounts) await writer.relocate(row)
  // They may belong to two packages, and each may have been evolved with the line that does not count.
  await refoldOwner(kept)
  await refoldOwner(row)
  const counts = thisCounts === (second === row) ? 'this line counts' : 'that line counts'
  return {
    file: second.file,
    line: second.line,
    kind: 'same_id',
    message: `event ${row.event_id} is also in ${first.file}:${first.line} with other bytes; ${counts} (a redacted one, else the first by its bytes)`,
  }
}

function isBefore(a: IndexRow, b: IndexRow): boolean {
  const byRank = fileRank(a.file) - fileRank(b.file)
  if (byRank !== 0) return byRank < 0
  return a.file === b.file ? a.offset < b.offset : a.file < b.file
}

function repetition(first: IndexRow, { event_id, file, line }: IndexRow): LogProblem {
  const kind = first.file === file ? 'duplicate' : 'duplicate_elsewhere'
  const message = `event ${event_id} is also in ${first.file}:${first.line}; counted once`
  return { file, line, kind, message }
}
