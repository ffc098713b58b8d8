import type { MergeOptions } from '../../events-lib.js'
import type { EventLog, LogFile, ScanPosition } from '../../log/event-log.js'
import type { ConflictResolution } from './conflict-resolution.js'
import type { IndexWriter, Watermark } from '../event-index.js'
import { distrustVanished, type FileRead, goesOn, readFile, START } from './file-read.js'
import { Ingest } from './ingest.js'
import { type MarkMove, moveOrRevoke } from '../journal-mark.js'
import { settleAll } from './settle-all.js'

/** What the caller appended itself while holding the write lock, on an index that was up to date. */
export interface OwnAppend {
  /** Only the end of this file can have changed, so its prefix is not checked again. */
  readonly file: string
  /** Compared by ID: a line that git put in place of another is also valid, and may have the same length. */
  readonly ids: ReadonlySet<string>
  /**
   * The journal's end. If we find these lines and no others, the log holds the journal's lines up to there. Undefined
   * while the fate of earlier lines is unknown.
   */
  readonly journal: MarkMove | undefined
}

export interface OwnIngested {
  readonly lines: number
  readonly resolutions: readonly ConflictResolution[]
  readonly foundOwn: boolean
  /** False when a file was replaced. */
  readonly isSure: boolean
}

/**
 * Ingests only the lines that the caller has just written; the next reader picks up any other change. Returns undefined
 * when the file does not simply continue from its watermark.
 */
export async function ingestOwn(
  log: EventLog,
  writer: IndexWriter,
  foldRules: MergeOptions,
  appended: OwnAppend,
): Promise<OwnIngested | undefined> {
  const file = log.find(appended.file)
  const [mark, ingest] = await settleAll([
    writer.watermark(appended.file),
    Ingest.begin(log, writer, foldRules, false),
  ])
  if (file === undefined || !goesOn(mark, file)) return undefined
  const read = await readOwn(log, ingest, file, mark ?? START, appended.ids)
  const { lines, isSure } = read
  const foundOwn = read.foundOwn || (await isTaken(writer, mark, read, appended.ids))
  const [resolutions] = await settleAll([
    ingest.settle(),
    writer.putWatermark(read.mark),
    moveOrRevoke(writer, appended.journal, isSure && foundOwn),
  ])
  const isWhole = await distrustVanished(writer, ingest)
  return { lines, resolutions, foundOwn, isSure: isSure && isWhole }
}

/** Whether a reader, who needs no lock, has taken these lines in already, from the file as it is now. */
async function isTaken(
  writer: IndexWriter,
  before: Watermark | undefined,
  { lines, mark }: FileRead,
  ids: ReadonlySet<string>,
): Promise<boolean> {
  return lines === 0 && before?.identity === mark.identity && (await writer.absent([...ids])).length === 0
}

async function readOwn(
  log: EventLog,
  ingest: Ingest,
  file: LogFile,
  from: ScanPosition,
  own: ReadonlySet<string>,
): Promise<FileRead> {
  try {
    const read = await readFile(log, ingest, file, from, own, () => undefined)
    await ingest.handOver()
    return read
  } finally {
    await ingest.taken()
  }
}
